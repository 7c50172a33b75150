// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/edge.h"
#include "daemon/store/key_in_force.h"
#include "daemon/store/key_ring.h"
#include "daemon/store/must.h"
#include "daemon/store/schema.h"
#include "daemon/store/sealed_seeds.h"
#include "daemon/store/sealer.h"
#include "daemon/store/upgrade.h"

namespace usher {
namespace {

using std::filesystem::path;

std::int64_t newest_version() { return static_cast<std::int64_t>(migrations().size()); }

// The head of the file: when it was made, and the key's line of a key file.
constexpr std::size_t kHeadSize = 8 + MasterKey::kLineSize;

Result<Secret> head_of(const Snapshot& snapshot) {
  const auto line = snapshot.key.encode();
  if (!line) return std::unexpected(line.error());
  Secret head;
  const auto room = head.resize(kHeadSize);
  if (room.empty()) return failure("no memory for a key");
  for (std::size_t i = 0; i < 8; ++i)
    room[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(snapshot.made) >> (56 - 8 * i));
  std::ranges::copy(line->expose_bytes(), room.begin() + 8);
  return head;
}

std::int64_t made_in(const Secret& head) {
  std::uint64_t made = 0;
  for (const std::uint8_t byte : head.expose_bytes().first(8)) made = (made << 8U) | byte;
  return static_cast<std::int64_t>(made);
}

std::size_t count_of(Database& database, const char* sql) {
  return static_cast<std::size_t>(database.integer(sql));
}

/// Sessions belong to processes of one machine and one start of it.
void forget_sessions(Database& database) {
  Transaction transaction(database);
  database.run("DELETE FROM proof");
  database.run("DELETE FROM session");
  transaction.commit();
}

/// Makes the copy what today's usherd would serve from, or throws.
void expect_restorable(Database& copy, const MasterKey& key) {
  // A file that stands by itself: no log.
  if (copy.text("PRAGMA journal_mode = DELETE") != "delete")
    throw std::runtime_error("what was copied is not what is read");
  must(check_store(copy, key.id(), newest_version()));
  migrate(copy, key.id(), migrations());
  expect_unsealable(copy, must(Sealer::create(key)));
}

Snapshot copy_of(const path& store, const path& key_file) {
  Database database(store);
  must(check_sound(database, newest_version()));
  Snapshot snapshot{
      .image = MemoryFile(), .key = must(MasterKey::generate()), .made = 0, .contents = {}};
  Database copy = snapshot.image.open();
  database.copy_to(copy);
  snapshot.key = key_in_force(copy, key_file);
  expect_restorable(copy, snapshot.key);
  forget_sessions(copy);
  copy.run("VACUUM");
  snapshot.contents = contents_of(copy);
  using std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
  snapshot.made = floor<seconds>(system_clock::now()).time_since_epoch().count();
  return snapshot;
}

Result<Snapshot> decoded(BackupContent content) {
  const std::string_view head = content.head.expose();
  if (head.size() != kHeadSize) return failure("it holds no key");
  auto key = MasterKey::decode(head.substr(8));
  if (!key) return failure("it holds no key");
  Snapshot snapshot{.image = MemoryFile(std::move(content.image)),
                    .key = *std::move(key),
                    .made = made_in(content.head),
                    .contents = {}};
  try {
    Database copy = snapshot.image.open();
    expect_restorable(copy, snapshot.key);
    forget_sessions(copy);
    snapshot.contents = contents_of(copy);
  } catch (const std::exception& problem) {
    return failure(fmt::format("what it holds can't be restored: {}", problem.what()));
  }
  return snapshot;
}

}  // namespace

StoreContents contents_of(Database& database) {
  return {.passwords = count_of(database, "SELECT count(*) FROM password"),
          .generators = count_of(database, "SELECT count(*) FROM otp"),
          .secrets = count_of(database, "SELECT count(*) FROM lookup_secret WHERE uses_left > 0")};
}

Result<Snapshot> take_snapshot(const path& store, const path& key_file) {
  return at_edge(store, [&]() -> Result<Snapshot> {
    if (const auto found = find_store(store); !found) return std::unexpected(found.error());
    // A rotation that ends between the copy and the look at the key file leaves the new key there.
    for (int missed = 0;; ++missed) {
      try {
        return copy_of(store, key_file);
      } catch (const KeyMissing&) {
        if (missed == 2) throw;
      }
    }
  });
}

Result<void> write_backup(int out, const Snapshot& snapshot, const Secret& passphrase,
                          const PassphraseCost& cost) {
  const auto head = head_of(snapshot);
  if (!head) return std::unexpected(head.error());
  return write_backup_file(out, passphrase, cost, head->expose_bytes(), snapshot.image.bytes());
}

Result<Snapshot> read_backup(int in, const Secret& passphrase) {
  auto content = read_backup_file(in, passphrase);
  if (!content) return std::unexpected(content.error());
  return decoded(*std::move(content));
}

}  // namespace usher
