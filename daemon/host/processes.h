// SPDX-License-Identifier: Apache-2.0
// What /proc and pidfds tell of processes (proc(5), pidfd_open(2)). A pid is a process's as long as
// the process is there; so whatever is read by a pid between opening a pidfd of it and finding that
// pidfd still live was that process's.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "daemon/model/process_id.h"
#include "daemon/model/result.h"
#include "daemon/model/session.h"
#include "usher/unique_fd.h"

namespace usher::processes {

// What each does is said at its namesake in Host. All are thread-safe.
[[nodiscard]] ProcessId peer_of(int socket, pid_t pid);
[[nodiscard]] ProcessId parent_of(const ProcessId& child);
[[nodiscard]] std::vector<ProcessId> line_of(const ProcessId& process);
[[nodiscard]] Result<UniqueFd> hold(const ProcessId& process);
[[nodiscard]] SessionHints hints_of(pid_t pid);
[[nodiscard]] uid_t real_uid_of(pid_t pid);
[[nodiscard]] std::string boot_id();

}  // namespace usher::processes
