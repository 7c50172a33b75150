// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config/config.h"
#include "daemon/model/result.h"

namespace usher {

/// Makes the process fit to hold secrets and many idle dialogues: no core dumps, not to be traced
/// by its own user, private files by default, signals taken over, room for as many descriptors as
/// the caps can want. For the time before any thread.
[[nodiscard]] Result<void> prepare_process(const Settings& settings);

}  // namespace usher
