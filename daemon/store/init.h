// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "daemon/model/result.h"

namespace usher {

/// Makes an empty store (mode 0600) and its master key (mode 0400), once: refuses where either is
/// there already, and never overwrites. Run as root, each file is made with the identity of its
/// directory's owner, and so belongs to that user. Both are durable on return.
///
/// Interrupted at any moment, it leaves either nothing that counts, or a key whose store waits
/// beside its place as "FILE.init"; running it again starts over or finishes. Changes the effective
/// ids of the process while it runs when root: for usherctl, not for a process with other threads.
[[nodiscard]] Result<void> initialise_store(const std::filesystem::path& store,
                                            const std::filesystem::path& key);

}  // namespace usher
