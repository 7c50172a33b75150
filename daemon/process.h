// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/config/config.h"
#include "daemon/model/result.h"

namespace usher {

/// No core dumps, and not to be traced by its own user: for a process that holds secrets.
[[nodiscard]] Result<void> forbid_dumps();

/// Where the process is root's, gives that up for good and becomes `user`, in that user's groups;
/// otherwise does nothing. For the time before any thread.
[[nodiscard]] Result<void> become_user(const std::string& user);

/// Makes the process fit to hold secrets and many idle dialogues: no core dumps, not to be traced
/// by its own user, private files by default, signals taken over, room for as many descriptors as
/// the caps can want. For the time before any thread.
[[nodiscard]] Result<void> prepare_process(const Settings& settings);

}  // namespace usher
