// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

/// Keeps every other usherctl from changing the store's files or its key, for as long as the
/// descriptor lives; `init` takes the same lock. An Error where another one is at work. usherd does
/// not take it.
[[nodiscard]] Result<UniqueFd> lock_store(const std::filesystem::path& store);

}  // namespace usher
