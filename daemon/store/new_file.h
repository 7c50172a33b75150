// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "usher/unique_fd.h"

namespace usher {

// Files that get their name once they are whole. What fails is thrown inside the store room, as a
// std::runtime_error that names the file.

/// What SQLite puts beside a database. Where one is left from an earlier file of the same name, it
/// would be replayed into the new one.
inline constexpr std::array kSideFiles = {"-wal", "-shm", "-journal"};

[[noreturn]] void fail_at(const std::filesystem::path& file, std::string_view why);
/// With what errno says.
[[noreturn]] void fail_at_errno(const std::filesystem::path& file);

/// Makes `file`, which must not be there, with exactly this mode, and opens it for writing.
[[nodiscard]] UniqueFd create_file(const std::filesystem::path& file, mode_t mode);

void write_all(const UniqueFd& out, std::span<const std::uint8_t> bytes,
               const std::filesystem::path& file);

/// Removes what an interrupted run may have left; it need not be there.
void discard(const std::filesystem::path& file);

}  // namespace usher
