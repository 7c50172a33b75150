// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/model/result.h"

namespace usher::pam_stacks {

/// One process of those that this one descends from.
struct Ancestor {
  pid_t pid = 0;
  std::int64_t started_microseconds = 0;  // since 1970, rounded up to a clock tick
};

/// This process, its parent, and so on up to the first of all. What can't be read ends the list.
[[nodiscard]] std::vector<Ancestor> ancestors();

/// The last lines of usherd's log, some megabytes of them, oldest first. Its folder is usherd's
/// own, so nothing but a plain file is read.
[[nodiscard]] Result<std::vector<std::string>> last_lines(const std::filesystem::path& log);

}  // namespace usher::pam_stacks
