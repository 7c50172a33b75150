// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace usher {

/// One process: a pid alone is soon another's.
struct ProcessId {
  pid_t pid = -1;
  /// Clock ticks after boot (proc(5), stat field 22); 0 where it could not be read, and then this
  /// names no process.
  std::uint64_t start_time = 0;

  [[nodiscard]] bool known() const noexcept { return pid > 0 && start_time != 0; }
  bool operator==(const ProcessId&) const = default;
};

}  // namespace usher
