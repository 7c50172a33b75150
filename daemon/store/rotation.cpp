// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/rotation.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "daemon/store/edge.h"
#include "daemon/store/key_file.h"
#include "daemon/store/key_in_force.h"
#include "daemon/store/key_ring.h"
#include "daemon/store/must.h"
#include "daemon/store/schema.h"
#include "daemon/store/sqlite.h"
#include "daemon/store/store_lock.h"
#include "daemon/store/upgrade.h"

namespace usher {
namespace {

using std::filesystem::path;

Database open_current(const path& store) {
  Database database(store);
  const auto newest = static_cast<std::int64_t>(migrations().size());
  must(check_sound(database, newest));
  // Of an older schema, a usherd may serve that does not know yet that keys change.
  if (schema_version(database) != newest)
    throw std::runtime_error(
        fmt::format("its schema is {}, and this usherctl works on {}: start usherd of this version "
                    "first, which brings it up to date",
                    schema_version(database), newest));
  return database;
}

/// In the key file, too, before anything is sealed under it.
void add_next_key(const path& key_file, KeyRing& ring) {
  if (!may_write_key_file(key_file))
    throw std::runtime_error(
        fmt::format("the key file {} can't be written by the store's owner: where it is a "
                    "credential, give that a second key by hand (`usherctl key new`), restart "
                    "usherd, and run this again",
                    key_file.string()));
  must(ring.add(must(MasterKey::generate())));
  write_key_file(key_file, ring);
}

void reseal(Database& database, const KeyRing& ring, Rotation& rotation,
            const RotationPorts& ports) {
  Resealing resealing(ring.keys().front(), ring.keys().back());
  resealing.prepare(database, ports.progress);
  Transaction transaction(database);
  rotation.seeds = resealing.apply(database);
  must(ports.record(rotation));
  transaction.commit();
  ports.committed();
}

/// Seals of the old key must not stay in the log. Without waiting: while this waits, nobody else
/// can write, and a later checkpoint does the same.
void empty_log(Database& database) {
  database.run("PRAGMA busy_timeout = 0");
  static_cast<void>(database.integer("PRAGMA wal_checkpoint(TRUNCATE)"));
}

Rotation rotate(const path& store, const path& key_file, const RotationPorts& ports) {
  must(find_store(store));
  const UniqueFd lock = must(lock_directory_of(key_file));
  Database database = open_current(store);
  // Many short writes of usherd's may come first.
  database.run("PRAGMA busy_timeout = 30000");
  KeyRing ring = must(KeyRing::read(key_file));
  const KeyId in_force = stored_key_id(database);
  if (ring.find(in_force) == nullptr) throw KeyMissing(key_file);

  Rotation rotation{.was_under_way = ring.keys().size() == KeyRing::kMostKeys};
  if (!rotation.was_under_way) add_next_key(key_file, ring);
  rotation.from = ring.keys().front().id();
  rotation.to = ring.keys().back().id();
  rotation.old_key_left = !may_write_key_file(key_file);
  if (in_force == rotation.from) reseal(database, ring, rotation, ports);
  if (!rotation.old_key_left) {
    ring.keep_only(rotation.to);
    write_key_file(key_file, ring);
  }
  empty_log(database);
  return rotation;
}

}  // namespace

Result<Rotation> rotate_key(const path& store, const path& key_file, const RotationPorts& ports) {
  return at_edge(store, [&]() -> Result<Rotation> { return rotate(store, key_file, ports); });
}

Result<KeyState> key_state(const path& store, const path& key_file) {
  return at_edge(store, [&]() -> Result<KeyState> {
    if (const auto found = find_store(store); !found) return std::unexpected(found.error());
    const auto ring = KeyRing::read(key_file);
    if (!ring) return std::unexpected(ring.error());
    Database database(store);
    if (const auto sound = check_sound(database, static_cast<std::int64_t>(migrations().size()));
        !sound)
      return failure(fmt::format("store {}: {}", store.string(), sound.error().message));
    KeyState state{.in_force = stored_key_id(database),
                   .file_is_writable = may_write_key_file(key_file)};
    for (const MasterKey& key : ring->keys()) state.in_file.push_back(key.id());
    return state;
  });
}

}  // namespace usher
