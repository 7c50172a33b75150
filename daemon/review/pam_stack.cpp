// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/pam_stack.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "daemon/review/plain_file.h"

namespace usher::review {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

struct PamWord {
  std::string text;
  std::size_t offset = 0;
};

/// Takes the text apart into lines of words. A backslash at the end of a line joins it to the next;
/// what stands between brackets is one word; "#" begins a comment anywhere.
class PamReader {
 public:
  explicit PamReader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  /// Bytes read so far.
  [[nodiscard]] std::size_t position() const { return at_; }

  std::vector<PamWord> next_line() {
    std::vector<PamWord> words;
    while (skip_blanks()) words.push_back(next_word());
    if (!at_end()) ++at_;  // the line's end
    return words;
  }

 private:
  [[nodiscard]] bool line_ends() const { return at_end() || text_[at_] == '\n'; }
  [[nodiscard]] bool joins() const {
    return !at_end() && text_[at_] == '\\' && text_.substr(at_ + 1, 1) == "\n";
  }

  /// Whether a word follows in this line.
  bool skip_blanks() {
    for (;;) {
      if (joins())
        at_ += 2;
      else if (!line_ends() && kBlanks.contains(text_[at_]))
        ++at_;
      else if (!line_ends() && text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else
        return !line_ends();
    }
  }

  PamWord next_word() {
    PamWord word{.text = {}, .offset = at_};
    const bool bracketed = text_[at_] == '[';
    while (!line_ends()) {
      if (joins()) {
        if (!bracketed) break;
        at_ += 2;
        continue;
      }
      const char c = text_[at_];
      if (!bracketed && (kBlanks.contains(c) || c == '#')) break;
      word.text += c;
      ++at_;
      if (bracketed && c == ']') break;
    }
    return word;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// "auth" of "-AUTH"; empty where it is no type.
std::string type_of(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  std::string type = lowered(word);
  if (type == "auth" || type == "account" || type == "password" || type == "session") return type;
  return {};
}

std::vector<std::string> texts_of(std::span<const PamWord> words) {
  std::vector<std::string> texts;
  texts.reserve(words.size());
  for (const PamWord& word : words) texts.push_back(word.text);
  return texts;
}

std::optional<PamLine> understood(const std::vector<PamWord>& words) {
  PamLine line;
  if (words.size() >= 2 && words[0].text == "@include") {
    line.includes = true;
    line.target = words[1].text;
    line.offset = words[1].offset;
    return line;
  }
  if (words.size() < 3) return std::nullopt;
  line.type = type_of(words[0].text);
  if (line.type.empty()) return std::nullopt;
  line.may_be_missing = words[0].text.starts_with('-');
  line.control = lowered(words[1].text);
  line.includes = line.control == "include" || line.control == "substack";
  line.target = words[2].text;
  line.offset = words[2].offset;
  line.arguments = texts_of(std::span(words).subspan(3));
  return line;
}

std::string_view file_name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::vector<PamLine> parse_pam_stack(std::string_view text) {
  std::vector<PamLine> lines;
  PamReader reader(text);
  while (!reader.at_end()) {
    const std::size_t begin = reader.position();
    auto line = understood(reader.next_line());
    if (!line) continue;
    line->begin = begin;
    line->end = std::min(reader.position(), text.size());
    lines.push_back(std::move(*line));
  }
  return lines;
}

bool names_module(const PamLine& line, std::string_view module) {
  return !line.includes && file_name_of(line.target) == module;
}

bool names_stack(const PamLine& line, std::string_view stack) {
  return line.includes && file_name_of(line.target) == stack;
}

}  // namespace usher::review
