// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace usher::pam_stacks {

/// One process of those that this one descends from.
struct Ancestor {
  pid_t pid = 0;
  std::int64_t started_microseconds = 0;  // since 1970, rounded up to a clock tick
};

/// This process, its parent, and so on up to the first of all. What can't be read ends the list.
[[nodiscard]] std::vector<Ancestor> ancestors();

}  // namespace usher::pam_stacks
