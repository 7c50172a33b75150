// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/effect.h"

namespace usher::interchange {

/// A word of a line, and the byte that it begins at.
struct Word {
  std::string_view text;
  std::size_t at = 0;
};

/// The words of `line`: what blanks and tabs divide.
[[nodiscard]] std::vector<Word> words_of(std::string_view line);

/// The number that `text` is in decimal digits alone: no sign, no blank. None where it is none, or
/// needs more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text) noexcept;

/// The same of what is far below 32 bits; what is not comes out as the largest, which no limit here
/// allows.
[[nodiscard]] std::optional<unsigned> small_number_of(std::string_view text) noexcept;

/// A to Z in lower case, whatever the locale.
[[nodiscard]] std::string lower(std::string_view text);

/// Whether `word` is `wanted`, which is of lower case, in either case.
[[nodiscard]] bool same_word(std::string_view word, std::string_view wanted) noexcept;

/// "SHA1", "sha-256", "HmacSHA512": as the various programs spell them.
[[nodiscard]] std::optional<OtpAlgorithm> algorithm_of(std::string_view text);

/// What was spent where `next` is the counter of the code to come.
[[nodiscard]] std::optional<std::uint64_t> spent_before(std::uint64_t next) noexcept;

}  // namespace usher::interchange
