// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include "daemon/config/config.h"
#include "daemon/config/findings.h"
#include "daemon/config/text.h"
#include "daemon/model/utf8.h"

namespace usher {
namespace {

using config::characters;

constexpr std::size_t kMostShown = 160;  // characters of the line
constexpr std::string_view kMargin = "    ";

/// Blanks as wide as `text` is shown: a tab stays a tab, so that the caret stands where it should.
std::string blanks_for(std::string_view text) {
  std::string blanks;
  for (std::size_t i = 0; i < length_of(text); ++i)
    blanks += characters(text, i, 1) == "\t" ? '\t' : ' ';
  return blanks;
}

std::string line_with_caret(const Finding& finding) {
  const std::size_t column = finding.at.column;
  const std::size_t skipped = column > kMostShown ? column - kMostShown / 2 : 0;
  const std::string_view shown = characters(finding.source_line, skipped, kMostShown);
  const std::string_view before = characters(shown, 0, column - skipped - 1);
  return fmt::format("{0}{1}\n{0}{2}^\n", kMargin, shown, blanks_for(before));
}

}  // namespace

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::mistake:
      return "mistake";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "mistake";
}

std::string render(const Finding& finding) {
  std::string text = finding.at.file;
  if (finding.at.line > 0) text += fmt::format(":{}:{}", finding.at.line, finding.at.column);
  if (finding.severity != Severity::mistake) text += fmt::format(": {}", name_of(finding.severity));
  text += fmt::format(": {}\n", finding.message);
  if (finding.at.column > 0 && !finding.source_line.empty()) text += line_with_caret(finding);
  if (!finding.hint.empty()) text += fmt::format("{}hint: {}\n", kMargin, finding.hint);
  return text;
}

std::string render_all(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    text += render(finding);
  }
  return text;
}

namespace config {

Finding finding_about(const std::filesystem::path& path, const FileProblem& problem) {
  return {.at = {.file = printable(path.string()), .line = 0, .column = 0},
          .message = printable(problem.message),
          .hint = printable(problem.hint),
          .source_line = {}};
}

void sort_by_place(std::vector<Finding>& findings) {
  std::ranges::sort(findings, {}, [](const Finding& finding) {
    return std::tie(finding.at.file, finding.at.line, finding.at.column, finding.message);
  });
}

}  // namespace config
}  // namespace usher
