// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace usher {

/// A character as its bytes have it.
struct Utf8Character {
  std::size_t size = 0;  // in bytes; 0 where they are no UTF-8
  std::uint32_t code = 0;
};

/// The character at the start of `bytes`, which is not empty (RFC 3629 section 4: shortest form, no
/// surrogates, nothing above U+10FFFF).
[[nodiscard]] Utf8Character first_character(std::string_view bytes) noexcept;

/// Whether a terminal or a log may be shown `code`: no control character (C0, DEL, C1), line or
/// paragraph separator, or mark that reorders text. Line ends and tabs are controls; who wants them
/// says so.
[[nodiscard]] bool is_harmless(std::uint32_t code) noexcept;

/// Whether `bytes` are UTF-8 of harmless characters alone: one line that may be shown.
[[nodiscard]] bool is_harmless_line(std::string_view bytes) noexcept;

/// How many characters (not bytes) of UTF-8 there are.
[[nodiscard]] std::size_t length_of(std::string_view utf8) noexcept;

}  // namespace usher
