// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace usher::review {

/// A line of a PAM stack (pam.conf(5)).
struct PamLine {
  std::string type;             // "auth", "account", "password", "session"; empty for @include
  bool may_be_missing = false;  // "-auth": nothing is said where there is no such module
  std::string control;          // in lower case; empty for @include
  bool includes = false;        // include, substack, or Debian's @include
  std::string target;           // the module, or the stack that is included
  std::vector<std::string> arguments;
  std::size_t offset = 0;  // of the target, in bytes
  /// The bytes from `begin` to before `end` are the line, with those that a backslash joins to it
  /// and its newline.
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The lines of a file of /etc/pam.d. What is malformed is passed over, as it loads nothing.
[[nodiscard]] std::vector<PamLine> parse_pam_stack(std::string_view text);

/// Whether a line names this module, with or without a folder.
[[nodiscard]] bool names_module(const PamLine& line, std::string_view module);

/// Whether a line includes this stack, by its name or its path.
[[nodiscard]] bool names_stack(const PamLine& line, std::string_view stack);

}  // namespace usher::review
