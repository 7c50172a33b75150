// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/model/effect.h"
#include "daemon/model/result.h"
#include "usher/secret.h"

namespace usher {

inline constexpr std::size_t kMostDigits = 8;

/// One code, as it was typed or as a generator shows it. Wiped on destruction; on the stack, since
/// checking one answer makes dozens of them. One thread at a time.
class CodeDigits {
 public:
  CodeDigits() = default;
  CodeDigits(const CodeDigits&) = default;
  CodeDigits& operator=(const CodeDigits&) = default;
  ~CodeDigits();

  /// `answer` without its spaces ("123 456"), with full-width digits and spaces (U+FF10 to U+FF19,
  /// U+3000) as the ones they stand for; nothing where that is not up to eight digits.
  [[nodiscard]] static CodeDigits typed(const Secret& answer) noexcept;
  /// Two codes of `digits` digits, one behind the other, read in the same way; none where the
  /// answer is not that.
  [[nodiscard]] static std::optional<std::pair<CodeDigits, CodeDigits>> typed_pair(
      const Secret& answer, std::size_t digits) noexcept;
  /// The code of one time step (RFC 6238 section 4.2) or of one counter (RFC 4226 section 5.3),
  /// computed by liboath.
  [[nodiscard]] static Result<CodeDigits> of_step(const Secret& seed,
                                                  const OtpParameters& parameters,
                                                  std::uint64_t step);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::string_view expose() const noexcept { return {text_.data(), size_}; }
  /// Compares in constant time. Nothing equals nothing.
  [[nodiscard]] bool equals(const CodeDigits& other) const noexcept;

 private:
  std::array<char, kMostDigits + 1> text_{};  // liboath ends it in a NUL
  std::size_t size_ = 0;
};

/// The code of one time step or counter, for keeping.
[[nodiscard]] Result<Secret> code_of(const Secret& seed, const OtpParameters& parameters,
                                     std::uint64_t step);

/// The time step of a moment: whole periods since 1970 (RFC 6238, T0 = 0). 0 before that.
[[nodiscard]] std::uint64_t totp_step(std::int64_t wall_microseconds,
                                      const OtpParameters& parameters);

}  // namespace usher
