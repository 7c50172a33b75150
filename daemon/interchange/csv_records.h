// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/interchange/gathering.h"

namespace usher::interchange {

/// A field of a record. `raw` is what stands in the line, without the quotation marks around it, so
/// that nothing of a secret is copied.
struct CsvField {
  std::string_view raw;
  std::size_t at = 0;  // the byte that it begins at
  bool quoted = false;
};

/// What a field says: in a quoted one, two quotation marks stand for one.
[[nodiscard]] std::string text_of(const CsvField& field);

struct BadField {
  Problem problem;
  std::size_t at = 0;
};

/// The fields of one record (RFC 4180), divided by commas. Unlike there, a quoted field ends on its
/// line: nothing that Usher takes has line ends in it, and a quotation mark too few must not
/// swallow the records below.
[[nodiscard]] std::expected<std::vector<CsvField>, BadField> fields_of_record(
    std::string_view line);

}  // namespace usher::interchange
