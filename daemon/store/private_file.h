// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

/// Who besides the owner may do what with a private file.
enum class Sharing : std::uint8_t {
  none = 1,
  /// Group root may read root's file: how systemd shows a credential whose reader an ACL names.
  read_by_group_root,
};

// A private file is regular, no symbolic link, owned by root or the effective user, and closed to
// everyone else. Errors name the file and say what to do.

/// Opens a private file for reading.
[[nodiscard]] Result<UniqueFd> open_private_file(const std::filesystem::path& file,
                                                 Sharing sharing);

/// The same check without opening the file: closing a descriptor of a database would drop the locks
/// that SQLite holds on it in this process (fcntl(2), "Advisory record locking").
[[nodiscard]] Result<void> check_private_file(const std::filesystem::path& file);

/// Opens the directory that `file` is in, and refuses one in which another than root and the
/// effective user could put something else in its place.
[[nodiscard]] Result<UniqueFd> open_directory_of(const std::filesystem::path& file);

/// The directory `file` is in: "." where it names none.
[[nodiscard]] std::filesystem::path directory_of(const std::filesystem::path& file);

}  // namespace usher
