// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace usher {
namespace {

constexpr std::int64_t kApplicationId = 0x55534852;  // "USHR"

// A column's type is checked by hand: STRICT tables need SQLite 3.37, and some systems that we
// serve have 3.34. AUTOINCREMENT: an id is never given twice, so that what was decided about a
// removed generator can't be done to its successor.
constexpr const char* kFirstVersion = R"sql(
  CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key_id BLOB NOT NULL CHECK (typeof(key_id) = 'blob' AND length(key_id) = 16)
  );
  CREATE TABLE password (
    user TEXT NOT NULL PRIMARY KEY CHECK (typeof(user) = 'text' AND user <> ''),
    hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND hash <> ''),
    changed INTEGER NOT NULL CHECK (typeof(changed) = 'integer')
  );
  CREATE TABLE otp (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    label TEXT NOT NULL CHECK (typeof(label) = 'text'),
    algorithm INTEGER NOT NULL CHECK (algorithm IN (1, 2, 3)),
    digits INTEGER NOT NULL CHECK (digits IN (6, 7, 8)),
    period INTEGER NOT NULL CHECK (typeof(period) = 'integer' AND period BETWEEN 1 AND 3600),
    sealed_seed BLOB NOT NULL CHECK (typeof(sealed_seed) = 'blob'),
    last_step INTEGER
      CHECK (last_step IS NULL OR (typeof(last_step) = 'integer' AND last_step >= 0)),
    created INTEGER NOT NULL CHECK (typeof(created) = 'integer'),
    last_used INTEGER NOT NULL CHECK (typeof(last_used) = 'integer'),
    UNIQUE (user, label)
  );
)sql";

constexpr std::array kMigrations = {Migration{kFirstVersion}};

std::int64_t version_of(Database& database) { return database.integer("PRAGMA user_version"); }

}  // namespace

std::span<const Migration> migrations() noexcept { return kMigrations; }

void create_schema(Database& database, const KeyId& key) {
  database.run(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  migrate(database, migrations());
  Transaction transaction(database);
  database.query("INSERT INTO store (one, key_id) VALUES (1, ?)").bind(key).run();
  transaction.commit();
}

Result<void> check_store(Database& database, const KeyId& key, std::int64_t newest_version) {
  if (database.integer("PRAGMA application_id") != kApplicationId)
    return failure("this is not a store of Usher");
  const std::int64_t version = version_of(database);
  if (version > newest_version)
    return failure(
        fmt::format("made by a newer Usher (schema {}, this one knows up to {}): "
                    "install that version again, or restore a backup",
                    version, newest_version));
  if (version < 1) return failure("this store was never completed");
  if (const std::string found = database.text("PRAGMA quick_check(1)"); found != "ok")
    throw SqliteFailure(found, SQLITE_CORRUPT);
  Query stored = database.query("SELECT key_id FROM store");
  if (!stored.step()) throw SqliteFailure("the id of its key is missing", SQLITE_CORRUPT);
  if (!std::ranges::equal(stored.blob(0), key))
    return failure(
        "the master key does not belong to this store: both must come from the same "
        "`usherctl init` or the same backup");
  return {};
}

void migrate(Database& database, std::span<const Migration> steps) {
  Transaction transaction(database);
  const std::int64_t version = version_of(database);
  if (version < 0) throw SqliteFailure("its schema has no known version", SQLITE_CORRUPT);
  const auto done = std::min(static_cast<std::size_t>(version), steps.size());
  if (done == steps.size()) return;
  for (const Migration& step : steps.subspan(done)) database.run(step.sql);
  database.run(fmt::format("PRAGMA user_version = {}", steps.size()).c_str());
  transaction.commit();
}

}  // namespace usher
