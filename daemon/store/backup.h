// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "daemon/model/result.h"
#include "daemon/store/backup_file.h"
#include "daemon/store/master_key.h"
#include "daemon/store/memory_file.h"
#include "daemon/store/sqlite.h"
#include "usher/secret.h"

namespace usher {

/// What is in a store, and in a backup of it.
struct StoreContents {
  std::size_t passwords = 0;
  std::size_t generators = 0;
  std::size_t secrets = 0;  // recovery, bypass and break-glass codes that are not used up
};

/// For the store room: throws.
[[nodiscard]] StoreContents contents_of(Database& database);

/// A store at one moment, with the key its seeds are sealed with: all that a backup holds. In
/// memory alone. Sessions and what was proven in them are not in it.
struct Snapshot {
  MemoryFile image;
  MasterKey key;
  std::int64_t made = 0;  // seconds since 1970
  StoreContents contents;
};

/// Copies a store, which a usherd may be serving from. What comes of it can be restored: it is
/// sound, of today's schema, and each seed in it opens.
[[nodiscard]] Result<Snapshot> take_snapshot(const std::filesystem::path& store,
                                             const std::filesystem::path& key_file);

/// Writes the file of a backup to `out`.
[[nodiscard]] Result<void> write_backup(int out, const Snapshot& snapshot, const Secret& passphrase,
                                        const PassphraseCost& cost);

/// Reads one, whole, and sees that it can be restored: sound, of today's schema or an older one,
/// which is brought up to date in memory, and each seed in it opens.
[[nodiscard]] Result<Snapshot> read_backup(int in, const Secret& passphrase);

}  // namespace usher
