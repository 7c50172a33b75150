// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace usher {

/// One process: a pid alone is soon another's.
struct ProcessId {
  pid_t pid = -1;
  /// Clock ticks after boot (proc(5), stat field 22); 0 where it could not be read, and then this
  /// names no process. Several processes may bear one pid within one tick.
  std::uint64_t start_time = 0;
  /// The inode of its pidfd, which no other process has until the machine is started anew; 0 on
  /// kernels without pidfs (before Linux 6.9), where the two above have to do.
  std::uint64_t inode = 0;

  [[nodiscard]] bool known() const noexcept { return pid > 0 && start_time != 0; }
  bool operator==(const ProcessId&) const = default;
};

}  // namespace usher
