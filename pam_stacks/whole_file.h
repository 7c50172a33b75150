// SPDX-License-Identifier: Apache-2.0
// Files that are there whole or not at all, whatever ends this process or the machine meanwhile.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/model/result.h"

namespace usher::pam_stacks {

/// Writes a new file beside its place and syncs it: with the owner, the mode and the extended
/// attributes (SELinux's label) of the old one; where there is none, it is the caller's, `mode`,
/// with the label that the folder gives. Refuses where the place is anything but a plain file.
[[nodiscard]] Result<void> write_unfinished(const std::filesystem::path& file,
                                            std::string_view text, mode_t mode = 0644);
/// Renames what write_unfinished() wrote to its place, over the old one.
[[nodiscard]] Result<void> finish(const std::filesystem::path& file);
/// Both.
[[nodiscard]] Result<void> write_whole_file(const std::filesystem::path& file,
                                            std::string_view text, mode_t mode = 0644);

/// Removes a file, if it is there, for good.
[[nodiscard]] Result<void> remove_file(const std::filesystem::path& file);

/// What rename() and unlink() did in a folder outlives a power failure from here on.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

/// Keeps the old file beside its place, under a second name: to bring it back takes no room on the
/// disk.
[[nodiscard]] Result<void> set_aside(const std::filesystem::path& file);
/// Renames it to its place again.
[[nodiscard]] Result<void> bring_back(const std::filesystem::path& file);

/// That second name: hidden, and no service's.
[[nodiscard]] std::filesystem::path aside_name(const std::filesystem::path& file);
/// The name that a file has before it is whole: likewise.
[[nodiscard]] std::filesystem::path unfinished_name(const std::filesystem::path& file);

}  // namespace usher::pam_stacks
