// SPDX-License-Identifier: Apache-2.0
// How a change of stacks is kept on disk: a folder with `change.json`, the files as they were
// (`before.N`) and as they are to be (`after.N`), and marks: empty files `in-place` and `undoing`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "daemon/model/result.h"
#include "pam_stacks/change.h"

namespace usher::pam_stacks {

inline constexpr auto kInPlaceMark = "in-place";
inline constexpr auto kUndoingMark = "undoing";

/// Writes all of a change into a new folder, synced. The folder must not be there.
[[nodiscard]] Result<void> write_change(const Change& change, const std::filesystem::path& folder);

/// Reads it again; none where there is no such folder.
[[nodiscard]] Result<std::optional<Change>> read_change(const std::filesystem::path& folder);

/// Makes a mark, durably.
[[nodiscard]] Result<void> mark(const std::filesystem::path& folder, const char* name);

}  // namespace usher::pam_stacks
