// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

// flock(2) on the directories of store and key keeps what changes whole files apart: `usherctl
// init` and `restore` (the store), `key rotate` (the key), and who is just opening the store. An
// open store needs no such lock: SQLite's own, which it holds for as long as it lives, keep a
// restore away.

/// Keeps every other usherctl from changing the files in the directory of `file`, for as long as
/// the descriptor lives. An Error where another one is at work.
[[nodiscard]] Result<UniqueFd> lock_directory_of(const std::filesystem::path& file);

/// Waits, a few seconds at most, until nobody changes the files in this directory, and keeps
/// everybody from beginning to for as long as the descriptor lives.
[[nodiscard]] Result<void> share_directory(const UniqueFd& directory);

}  // namespace usher
