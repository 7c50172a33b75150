// SPDX-License-Identifier: Apache-2.0
#include "ctl/plain_text.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace usher::ctl {
namespace {

enum class Lines : std::uint8_t { kept = 1, replaced };

struct Character {
  std::size_t size = 0;  // 0: the bytes are not UTF-8
  std::uint32_t code = 0;
};

/// The character at the start of `text`, which is not empty (RFC 3629 section 4).
Character first_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {.size = 1, .code = lead};
  std::size_t size = 0;
  if (lead >= 0xc2 && lead <= 0xdf) size = 2;
  if (lead >= 0xe0 && lead <= 0xef) size = 3;
  if (lead >= 0xf0 && lead <= 0xf4) size = 4;
  if (size == 0 || size > text.size()) return {};
  std::uint32_t code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const std::uint32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least || code > 0x10ffff || surrogate) return {};
  return {.size = size, .code = code};
}

bool may_be_shown(Character character, Lines lines) noexcept {
  const std::uint32_t code = character.code;
  if (character.size == 0) return false;
  if (code == '\n' || code == '\t') return lines == Lines::kept;
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool reorders = code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
                        (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return !control && !separator && !reorders;
}

/// Calls `take` with each longest piece that may be shown, and with "?" for each byte that may not.
template <typename Take>
void for_each_piece(std::string_view text, Lines lines, Take take) {
  while (!text.empty()) {
    std::size_t good = 0;
    Character next;
    while (good < text.size()) {
      next = first_character(text.substr(good));
      if (!may_be_shown(next, lines)) break;
      good += next.size;
    }
    if (good > 0) take(text.substr(0, good));
    text.remove_prefix(good);
    const std::size_t bad = text.empty() ? 0 : std::max<std::size_t>(next.size, 1);
    for (std::size_t i = 0; i < bad; ++i) take(std::string_view("?"));
    text.remove_prefix(bad);
  }
}

std::string copied(std::string_view text, Lines lines) {
  std::string copy;
  copy.reserve(text.size());
  for_each_piece(text, lines, [&](std::string_view piece) { copy += piece; });
  return copy;
}

bool write_all(int descriptor, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string plain(std::string_view text) { return copied(text, Lines::kept); }

std::string plain_line(std::string_view text) { return copied(text, Lines::replaced); }

bool write_plain(int descriptor, std::string_view text) noexcept {
  bool written = true;
  for_each_piece(text, Lines::kept, [&](std::string_view piece) {
    written = written && write_all(descriptor, piece);
  });
  return written;
}

std::size_t columns_of(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0U) != 0x80; }));
}

}  // namespace usher::ctl
