// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "daemon/model/result.h"
#include "daemon/store/master_key.h"
#include "daemon/store/sqlite.h"

namespace usher {

/// One step of the schema's history: SQL that turns the version before into the next.
struct Migration {
  const char* sql;
};

/// All steps, the first of which makes version 1. Append; never change one that was released.
[[nodiscard]] std::span<const Migration> migrations() noexcept;

/// Fills an empty database: all steps, the mark of an Usher store, and whose key it is.
void create_schema(Database& database, const KeyId& key);

/// Refuses a database that is not a store of ours, that is newer, damaged, or of another key.
[[nodiscard]] Result<void> check_store(Database& database, const KeyId& key,
                                       std::int64_t newest_version);

/// Brings the schema to the version that `steps` ends with: all the missing steps, or none.
void migrate(Database& database, std::span<const Migration> steps);

}  // namespace usher
