// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "daemon/store/sqlite.h"

namespace usher {

// Databases as whole files. For the store room: what fails is thrown.

/// Makes `file`, which must not be there (mode 0600), a copy of `database` as it is now, and reads
/// it back. It stands by itself, without a log that could be lost or taken for another's, and is
/// durable but for its name.
void write_database(Database& database, const std::filesystem::path& file);

/// Removes what an interrupted write_database() may have left.
void discard_with_side_files(const std::filesystem::path& file);

}  // namespace usher
