// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usher {

/// One way to prove who you are.
enum class Factor : std::uint8_t { password = 1, otp, publickey };

struct FactorName {
  Factor factor;
  std::string_view name;
};

/// The names rules, audit and messages use.
inline constexpr std::array kFactorNames = {
    FactorName{Factor::password, "password"},
    FactorName{Factor::otp, "otp"},
    FactorName{Factor::publickey, "publickey"},
};

[[nodiscard]] constexpr std::string_view name_of(Factor factor) noexcept {
  for (const FactorName& row : kFactorNames)
    if (row.factor == factor) return row.name;
  return "unknown";
}

[[nodiscard]] constexpr std::optional<Factor> factor_named(std::string_view name) noexcept {
  for (const FactorName& row : kFactorNames)
    if (row.name == name) return row.factor;
  return std::nullopt;
}

/// Whether usherd can ask for it in a dialogue. A public key can only have been proven to sshd.
[[nodiscard]] constexpr bool can_be_asked(Factor factor) noexcept {
  return factor != Factor::publickey;
}

/// One entry of `require`: any of these will do.
struct Requirement {
  std::vector<Factor> any_of;
  bool operator==(const Requirement&) const = default;
};

/// As a rule file has it: "password|publickey".
[[nodiscard]] inline std::string spelled(const Requirement& requirement) {
  std::string text;
  for (const Factor factor : requirement.any_of) {
    if (!text.empty()) text += '|';
    text += name_of(factor);
  }
  return text;
}

}  // namespace usher
