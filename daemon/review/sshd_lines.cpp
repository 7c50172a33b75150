// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/sshd_lines.h"

#include <algorithm>
#include <optional>

#include "daemon/review/plain_file.h"

namespace usher::review {
namespace {

constexpr std::string_view kBetween = " \t\r\f";

/// Takes one line apart.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  void skip_blanks() { at_ = std::min(line_.find_first_not_of(kBetween, at_), line_.size()); }
  [[nodiscard]] std::size_t at() const { return at_; }

  /// Up to a blank or "=", which is passed over with the blanks around it.
  std::string keyword() {
    const bool quoted = next_is('"');
    if (quoted) ++at_;
    const std::size_t end = std::min(
        quoted ? line_.find('"', at_) : line_.find_first_of(" \t\r\f=", at_), line_.size());
    std::string word = lowered(line_.substr(at_, end - at_));
    at_ = quoted && end < line_.size() ? end + 1 : end;
    skip_blanks();
    if (next_is('=')) ++at_;
    return word;
  }

  /// The next value; none at the line's end or before a comment.
  std::optional<std::string> value() {
    skip_blanks();
    if (at_ >= line_.size() || next_is('#')) return std::nullopt;
    std::string word;
    char quote = '\0';
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (quote == '\0' && kBetween.contains(c)) break;
      if (c == '\\' && at_ + 1 < line_.size() && escapes(line_[at_ + 1], quote))
        word += line_[++at_];
      else if (quote == '\0' && (c == '"' || c == '\''))
        quote = c;
      else if (quote != '\0' && c == quote)
        quote = '\0';
      else
        word += c;
    }
    return word;
  }

 private:
  [[nodiscard]] bool next_is(char c) const { return at_ < line_.size() && line_[at_] == c; }
  static bool escapes(char c, char quote) {
    return c == '"' || c == '\'' || c == '\\' || (quote == '\0' && c == ' ');
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

std::optional<SshdLine> parse_line(std::string_view line, std::size_t start) {
  LineReader reader(line);
  reader.skip_blanks();
  if (reader.at() >= line.size() || line[reader.at()] == '#') return std::nullopt;
  SshdLine parsed{.keyword = {}, .values = {}, .offset = start + reader.at()};
  parsed.keyword = reader.keyword();
  while (auto value = reader.value()) parsed.values.push_back(std::move(*value));
  return parsed;
}

}  // namespace

std::vector<SshdLine> parse_sshd_lines(std::string_view text) {
  std::vector<SshdLine> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (auto line = parse_line(text.substr(start, end - start), start))
      lines.push_back(std::move(*line));
    start = end + 1;
  }
  return lines;
}

}  // namespace usher::review
