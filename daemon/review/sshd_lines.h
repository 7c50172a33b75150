// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace usher::review {

/// A line of sshd_config(5): its keyword in lower case, and what follows, without quotes.
struct SshdLine {
  std::string keyword;
  std::vector<std::string> values;
  std::size_t offset = 0;  // of the keyword, in bytes
};

/// The lines of a file that have a keyword. Comments, quotes and "keyword=value" are understood as
/// sshd does; of what sshd would refuse something is made all the same.
[[nodiscard]] std::vector<SshdLine> parse_sshd_lines(std::string_view text);

}  // namespace usher::review
