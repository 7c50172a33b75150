// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/csv_records.h"

#include <algorithm>

namespace usher::interchange {
namespace {

constexpr char kQuote = '"';

/// The byte behind the quoted field that begins at `at`; none where it is not closed.
std::size_t end_of_quoted(std::string_view line, std::size_t at) {
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] != kQuote) continue;
    if (i + 1 == line.size() || line[i + 1] != kQuote) return i + 1;
    ++i;
  }
  return std::string_view::npos;
}

std::expected<CsvField, BadField> field_at(std::string_view line, std::size_t at) {
  if (at < line.size() && line[at] == kQuote) {
    const std::size_t end = end_of_quoted(line, at);
    if (end == std::string_view::npos || (end < line.size() && line[end] != ','))
      return std::unexpected(BadField{
          .problem = {.message = "a quotation mark is missing, or stands in the wrong place",
                      .hint = "a field is \"like this\", and ends on its line; in it, \"\" "
                              "stands for one mark"},
          .at = at});
    return CsvField{.raw = line.substr(at + 1, end - at - 2), .at = at + 1, .quoted = true};
  }
  const std::size_t end = std::min(line.find(',', at), line.size());
  return CsvField{.raw = line.substr(at, end - at), .at = at};
}

}  // namespace

std::string text_of(const CsvField& field) {
  std::string text;
  for (std::size_t i = 0; i < field.raw.size(); ++i) {
    text += field.raw[i];
    if (field.quoted && field.raw[i] == kQuote) ++i;
  }
  return text;
}

std::expected<std::vector<CsvField>, BadField> fields_of_record(std::string_view line) {
  std::vector<CsvField> fields;
  std::size_t at = 0;
  for (;;) {
    const auto field = field_at(line, at);
    if (!field) return std::unexpected(field.error());
    fields.push_back(*field);
    at = field->at + field->raw.size() + (field->quoted ? 1 : 0);
    if (at >= line.size()) return fields;
    ++at;  // the comma
  }
}

}  // namespace usher::interchange
