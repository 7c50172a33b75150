// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usher {

/// One way to prove who you are. `recovery`, `bypass` and `breakglass` are look-up secrets
/// (lookup_secret.h); of these, rules name the first alone.
enum class Factor : std::uint8_t { password = 1, otp, publickey, recovery, bypass, breakglass };

struct FactorName {
  Factor factor;
  std::string_view name;
};

/// The names audit and messages use, and rules as far as can_be_required().
inline constexpr std::array kFactorNames = {
    FactorName{Factor::password, "password"},   FactorName{Factor::otp, "otp"},
    FactorName{Factor::publickey, "publickey"}, FactorName{Factor::recovery, "recovery"},
    FactorName{Factor::bypass, "bypass"},       FactorName{Factor::breakglass, "breakglass"},
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

/// Whether rules may name it. A bypass stands for a code, and a break-glass secret for all that a
/// rule requires: an administrator has given somebody one, which no rule could say.
[[nodiscard]] constexpr bool can_be_required(Factor factor) noexcept {
  return factor != Factor::bypass && factor != Factor::breakglass;
}

/// Whether usherd can ask for it in a dialogue. A public key can only have been proven to sshd.
[[nodiscard]] constexpr bool can_be_asked(Factor factor) noexcept {
  return factor != Factor::publickey && can_be_required(factor);
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
