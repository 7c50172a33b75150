// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/utf8.h"

#include <algorithm>
#include <array>

namespace usher {
namespace {

std::size_t size_by_lead(std::uint8_t lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

}  // namespace

Utf8Character first_character(std::string_view bytes) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::size_t size = size_by_lead(at(0));
  if (size == 0 || size > bytes.size()) return {};
  if (size == 1) return {.size = 1, .code = at(0)};
  std::uint32_t code = at(0) & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return {};
    code = code << 6U | (at(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast[size] || code > 0x10ffff || surrogate) return {};
  return {.size = size, .code = code};
}

bool is_harmless(std::uint32_t code) noexcept {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool reorders = code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
                        (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return !control && !separator && !reorders;
}

bool is_harmless_line(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto [size, code] = first_character(bytes);
    if (size == 0 || !is_harmless(code)) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

std::size_t length_of(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0U) != 0x80; }));
}

}  // namespace usher
