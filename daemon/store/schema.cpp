// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/must.h"

namespace usher {
namespace {

/// Inside the caller's transaction.
void run_missing_steps(Database& database, std::span<const Migration> steps) {
  const std::int64_t version = schema_version(database);
  if (version < 0) throw SqliteFailure("its schema has no known version", SQLITE_CORRUPT);
  const auto done = std::min(static_cast<std::size_t>(version), steps.size());
  if (done == steps.size()) return;
  for (const Migration& step : steps.subspan(done)) database.run(step.sql);
  database.run(fmt::format("PRAGMA user_version = {}", steps.size()).c_str());
}

void check_references(Database& database) {
  Query broken = database.query("PRAGMA foreign_key_check");
  if (broken.step())
    throw SqliteFailure(
        fmt::format("rows of {} would refer to rows that are not there", broken.text(0)));
}

}  // namespace

void create_schema(Database& database, const KeyId& key, std::span<const Migration> steps) {
  Transaction transaction(database);
  database.run(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  run_missing_steps(database, steps);
  database.query("INSERT INTO store (one, key_id) VALUES (1, ?)").bind(key).run();
  transaction.commit();
}

std::int64_t schema_version(Database& database) { return database.integer("PRAGMA user_version"); }

Result<void> check_sound(Database& database, std::int64_t newest_version) {
  if (database.integer("PRAGMA application_id") != kApplicationId)
    return failure("this is not a store of Usher");
  const std::int64_t version = schema_version(database);
  if (version > newest_version)
    return failure(
        fmt::format("made by a newer Usher (schema {0}, this one knows up to {1}): install that "
                    "version again, or put back the copy it made before, whose name ends in "
                    ".schema-{1} or less",
                    version, newest_version));
  if (version < 1) return failure("this store was never completed");
  if (const std::string found = database.text("PRAGMA quick_check(1)"); found != "ok")
    throw SqliteFailure(found, SQLITE_CORRUPT);
  return {};
}

KeyId stored_key_id(Database& database) {
  Query stored = database.query("SELECT key_id FROM store");
  if (!stored.step()) throw SqliteFailure("the id of its key is missing", SQLITE_CORRUPT);
  return key_id_in(stored, 0);
}

KeyId key_id_in(const Query& row, int column) {
  const auto bytes = row.blob(column);
  KeyId id{};
  if (bytes.size() != id.size())
    throw SqliteFailure("the id of its key is of another size", SQLITE_CORRUPT);
  std::ranges::copy(bytes, id.begin());
  return id;
}

Result<void> check_store(Database& database, const KeyId& key, std::int64_t newest_version) {
  if (auto sound = check_sound(database, newest_version); !sound) return sound;
  if (stored_key_id(database) != key)
    return failure(
        "the master key does not belong to this store: both must come from the same "
        "`usherctl init` or the same backup");
  return {};
}

void migrate(Database& database, const KeyId& key, std::span<const Migration> steps) {
  // A step that rebuilds a table drops the old one, and must not take along the rows that refer to
  // it (sqlite.org, lang_altertable, section 7). Inside a transaction this can't be switched.
  database.run("PRAGMA foreign_keys = OFF");
  Transaction transaction(database);
  run_missing_steps(database, steps);
  // What comes of it must be what the next start asks for.
  must(check_store(database, key, static_cast<std::int64_t>(steps.size())));
  check_references(database);
  transaction.commit();
  database.run("PRAGMA foreign_keys = ON");
}

}  // namespace usher
