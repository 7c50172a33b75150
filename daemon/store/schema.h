// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "daemon/model/result.h"
#include "daemon/store/master_key.h"
#include "daemon/store/sqlite.h"

namespace usher {

/// PRAGMA application_id of a store: "USHR".
inline constexpr std::int64_t kApplicationId = 0x55534852;

/// One step of the schema's history: SQL that turns the version before into the next.
struct Migration {
  const char* sql;
};

/// All steps, the first of which makes version 1. Append; never change one that was released.
[[nodiscard]] std::span<const Migration> migrations() noexcept;

/// Fills an empty database: all `steps`, the mark of an Usher store, and whose key it is.
void create_schema(Database& database, const KeyId& key,
                   std::span<const Migration> steps = migrations());

/// How many of the steps were made on this database; 0 for an empty one.
[[nodiscard]] std::int64_t schema_version(Database& database);

/// Refuses a database that is not a store of ours, that is newer, or damaged.
[[nodiscard]] Result<void> check_sound(Database& database, std::int64_t newest_version);

/// Names the key that the seeds in this store are sealed with.
[[nodiscard]] KeyId stored_key_id(Database& database);
/// The same in a row that was asked for.
[[nodiscard]] KeyId key_id_in(const Query& row, int column);

/// check_sound(), and that the store is one of this key's.
[[nodiscard]] Result<void> check_store(Database& database, const KeyId& key,
                                       std::int64_t newest_version);

/// Brings a store that check_store() lets pass to the version that `steps` ends with: all the
/// missing steps, or none where one fails, leaves damage behind, or a reference that leads nowhere.
/// After a failure the connection is good for nothing but closing.
void migrate(Database& database, const KeyId& key, std::span<const Migration> steps);

}  // namespace usher
