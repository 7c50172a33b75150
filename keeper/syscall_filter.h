// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/model/result.h"

namespace usher {

/// From here on the kernel refuses this process, and every thread it starts, all but what answering
/// questions takes (seccomp(2)): no program, no process, no new socket, no file but to read, no
/// memory to be executed. What is refused fails with EPERM. Needs no_new_privs. Before any thread.
/// Does nothing in a build with sanitizers, which make system calls of their own.
[[nodiscard]] Result<void> filter_system_calls();

}  // namespace usher
