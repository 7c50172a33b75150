// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/document.h"

#include <utility>

#include "daemon/config/syntax.h"
#include "daemon/config/text.h"

namespace usher::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Document::Document(std::string file, std::string text)
    : file_(std::move(file)), text_(std::move(text)) {
  // The library does not count it as a column; without it, neither do we.
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') line_starts_.push_back(i + 1);

  if (nests_too_deep(text_)) {
    report_file("the keys of this file nest too deep");
    return;
  }
  try {
    root_ = toml::parse(std::string_view(text_));
    well_formed_ = true;
  } catch (const toml::parse_error& error) {
    const SyntaxAdvice advice = advise(error.description());
    report(error.source().begin, advice.message, advice.hint);
  }
}

SourcePosition Document::position_of(const toml::source_position& at) const {
  return {.file = printable(file_), .line = at.line, .column = at.column};
}

void Document::report(const toml::source_position& at, std::string_view message,
                      std::string_view hint) {
  findings_.push_back({.at = position_of(at),
                       .message = printable(message),
                       .hint = printable(hint),
                       .source_line = source_line(at)});
}

std::string Document::source_line(const toml::source_position& at) const {
  return printable(line(at.line));
}

void Document::report_file(std::string_view message, std::string_view hint) {
  report({.line = 0, .column = 0}, message, hint);
}

std::string_view Document::line(std::size_t number) const {
  if (number == 0 || number > line_starts_.size()) return {};
  const std::size_t start = line_starts_[number - 1];
  std::string_view line = std::string_view(text_).substr(start);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace usher::config
