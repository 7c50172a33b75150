// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/model/result.h"

namespace usher::pam_stacks {

/// How a program ended.
struct ProgramEnd {
  int status = -1;     // its exit status; 128 + the signal's number where one ended it
  std::string output;  // standard output and error, at most 64 KiB
};

/// Runs a program of this machine, found in /usr/sbin, /usr/bin, /sbin and /bin alone, with no
/// input and an environment of its own (LC_ALL=C.UTF-8, DEBIAN_FRONTEND=noninteractive, and
/// `settings`). Waits for its end. An Error where it could not be run.
[[nodiscard]] Result<ProgramEnd> run_program(const std::vector<std::string>& command,
                                             std::vector<std::string> settings = {});

/// Whether there is such a program in those folders.
[[nodiscard]] bool has_program(const std::string& name);

}  // namespace usher::pam_stacks
