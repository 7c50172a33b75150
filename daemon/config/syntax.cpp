// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/syntax.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "daemon/config/text.h"

namespace usher::config {
namespace {

constexpr std::size_t kMostDots = 4096;

struct Known {
  std::string_view description;  // part of what the library says
  std::string_view message;
  std::string_view hint;
};

// The first row that fits counts.
constexpr std::array kKnown = {
    Known{"utf-8", "this is not UTF-8 text", "save the file as UTF-8"},
    Known{"as array-of-tables", "this name is already taken by something else in this file",
          "every rule starts with [[rule]], in two pairs of brackets"},
    Known{"cannot redefine", "this was already given in this file",
          "each key and each section stands once; keep one of them"},
    Known{"table header", "this line starts a section or a rule, but is not complete",
          "a section is written [login], a rule [[rule]], alone on the line"},
    Known{"control characters", "this text does not end on its line",
          "is the closing quote missing?"},
    Known{"escape sequence", "a backslash means something special in \"text\"",
          "write \\\\ for a backslash, or put the text between 'single quotes'"},
    Known{"parsing array", "this list is not complete",
          R"(a list is written ["one", "two"]: commas between, brackets around)"},
    Known{"expected '='", "there is no `=` after this key",
          R"(a setting is written key = "value")"},
    Known{"expected value", "there is nothing after the `=`",
          R"(a setting is written key = "value")"},
    Known{"string: encountered end-of-file", "this text does not end",
          "is the closing quote missing?"},
    Known{"encountered end-of-file", "the file ends in the middle of this",
          R"(a setting is written key = "value")"},
    Known{"could not determine value type", "this is no value",
          R"(text stands between straight double quotes: "like this")"},
    Known{"parsing boolean", "this is no value",
          R"(text stands between straight double quotes: "like this"; a switch is true or false)"},
    Known{"integer", "this is no number",
          R"(what is not a plain number stands between quotes: "90s", "64 MiB", "10.0.0.0/8")"},
    Known{"floating-point", "this is no number",
          R"(what is not a plain number stands between quotes: "90s", "64 MiB", "10.0.0.0/8")"},
    Known{"expected a comment or whitespace", "there is more on this line than one setting",
          R"(each setting stands on its own line, its text between quotes: key = "value")"},
};

/// Where a scan of TOML stands: outside of text, or in one that a given mark ends.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// The number of dots that stand neither in a text nor in a comment.
  std::size_t count_dots() {
    std::size_t dots = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '#')
        skip_past("\n", false);
      else if (c == '"' || c == '\'')
        skip_text(c);
      else {
        dots += c == '.' ? 1 : 0;
        rest_.remove_prefix(1);
      }
    }
    return dots;
  }

 private:
  void skip_text(char quote) {
    const bool escapes = quote == '"';
    const std::string_view mark = escapes ? R"(""")" : "'''";
    const bool long_text = rest_.starts_with(mark);
    rest_.remove_prefix(long_text ? 3 : 1);
    skip_past(long_text ? mark : mark.substr(0, 1), escapes);
  }

  void skip_past(std::string_view end, bool escapes) {
    while (!rest_.empty() && !rest_.starts_with(end)) {
      const bool escaped = escapes && rest_.front() == '\\' && rest_.size() > 1;
      rest_.remove_prefix(escaped ? 2 : 1);
    }
    rest_.remove_prefix(rest_.empty() ? 0 : end.size());
  }

  std::string_view rest_;
};

}  // namespace

SyntaxAdvice advise(std::string_view description) {
  for (const Known& known : kKnown)
    if (description.contains(known.description))
      return {.message = std::string(known.message), .hint = std::string(known.hint)};
  return {.message = fmt::format("this is not TOML: {}", description),
          .hint = "see https://toml.io for how such files are written"};
}

bool nests_too_deep(std::string_view text) { return Scanner(text).count_dots() > kMostDots; }

}  // namespace usher::config
