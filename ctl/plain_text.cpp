// SPDX-License-Identifier: Apache-2.0
#include "ctl/plain_text.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "daemon/model/utf8.h"

namespace usher::ctl {
namespace {

enum class Lines : std::uint8_t { kept = 1, replaced };

bool may_be_shown(const Utf8Character& character, Lines lines) noexcept {
  if (character.size == 0) return false;
  if (character.code == '\n' || character.code == '\t') return lines == Lines::kept;
  return is_harmless(character.code);
}

/// Calls `take` with each longest piece that may be shown, and with "?" for each byte that may not.
template <typename Take>
void for_each_piece(std::string_view text, Lines lines, Take take) {
  while (!text.empty()) {
    std::size_t good = 0;
    Utf8Character next;
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

std::size_t columns_of(std::string_view utf8) noexcept { return length_of(utf8); }

}  // namespace usher::ctl
