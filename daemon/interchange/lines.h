// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "daemon/interchange/gathering.h"

namespace usher::interchange {

struct Line {
  std::string_view text;  // without its end, LF or CRLF
  unsigned number = 0;    // from 1
};

/// The lines of a file's content, in order; a byte order mark in front of them is passed over.
class Lines {
 public:
  explicit Lines(std::string_view content);

  [[nodiscard]] std::optional<Line> next();

 private:
  std::string_view rest_;
  unsigned number_ = 0;
};

/// Whether `line` is text of a length that can be meant; reports it where not.
[[nodiscard]] bool check_line(const Line& line, Gathering& into);

/// The column of byte `offset`.
[[nodiscard]] unsigned column_in(std::string_view line, std::size_t offset) noexcept;

}  // namespace usher::interchange
