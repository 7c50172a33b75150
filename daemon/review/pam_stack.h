// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace usher::review {

/// A line of a PAM stack, as far as it tells what is loaded (pam.conf(5)).
struct PamLine {
  bool includes = false;   // include, substack, or Debian's @include
  std::string target;      // the module, or the stack that is included
  std::size_t offset = 0;  // of the target, in bytes
};

/// The lines of a file of /etc/pam.d. What is malformed is passed over, as it loads nothing.
[[nodiscard]] std::vector<PamLine> parse_pam_stack(std::string_view text);

}  // namespace usher::review
