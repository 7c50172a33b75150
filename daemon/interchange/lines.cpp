// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/model/utf8.h"

namespace usher::interchange {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Where `line` stops being text; its size where it is text throughout.
std::size_t text_until(std::string_view line) noexcept {
  std::size_t at = 0;
  while (at < line.size()) {
    const Utf8Character character = first_character(line.substr(at));
    if (character.size == 0) return at;
    if (character.code != '\t' && !is_harmless(character.code)) return at;
    at += character.size;
  }
  return at;
}

}  // namespace

Lines::Lines(std::string_view content) : rest_(content) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

std::optional<Line> Lines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  std::string_view text = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return Line{.text = text, .number = ++number_};
}

bool check_line(const Line& line, Gathering& into) {
  if (line.text.size() > kLongestLine) {
    into.mistake({.line = line.number},
                 {.message = fmt::format("this line is longer than {} bytes", kLongestLine),
                  .hint = "the file is damaged, or of another format"});
    return false;
  }
  const std::size_t end = text_until(line.text);
  if (end == line.text.size()) return true;
  into.mistake({.line = line.number, .column = column_in(line.text, end)},
               {.message = "this is no text", .hint = "the file is damaged, or of another format"});
  return false;
}

unsigned column_in(std::string_view line, std::size_t offset) noexcept {
  return static_cast<unsigned>(length_of(line.substr(0, offset))) + 1;
}

}  // namespace usher::interchange
