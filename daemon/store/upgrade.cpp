// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/upgrade.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/store/database_file.h"
#include "daemon/store/edge.h"
#include "daemon/store/key_in_force.h"
#include "daemon/store/must.h"
#include "daemon/store/new_file.h"
#include "daemon/store/private_file.h"

namespace usher {
namespace {

using std::filesystem::path;

OpenedStore open_sound(const path& file, const path& key_file, std::span<const Migration> steps) {
  Database database(file);
  must(check_sound(database, static_cast<std::int64_t>(steps.size())));
  MasterKey key = key_in_force(database, key_file);
  return {.database = std::move(database), .key = std::move(key)};
}

bool is_up_to_date(Database& database, std::span<const Migration> steps) {
  return schema_version(database) == static_cast<std::int64_t>(steps.size());
}

void use_log(Database& database) {
  if (database.text("PRAGMA journal_mode = WAL") != "wal")
    throw std::runtime_error("write-ahead logging is not possible on this file system");
}

/// Where the copy of a store of schema `version` is kept, and where it is made.
path copy_of(const path& file, std::int64_t version) {
  return fmt::format("{}.schema-{}", file.native(), version);
}
path staged_copy_of(const path& file, std::int64_t version) {
  return copy_of(file, version).native() + ".new";
}

/// An earlier copy of that name stays until the new one is whole and on the disk.
void back_up(Database& store, const path& file, const UniqueFd& directory) {
  const path copy = copy_of(file, schema_version(store));
  const path staged = staged_copy_of(file, schema_version(store));
  discard_with_side_files(staged);
  try {
    write_database(store, staged);
    if (::rename(staged.c_str(), copy.c_str()) != 0) fail_at_errno(copy);
  } catch (...) {
    discard_with_side_files(staged);
    throw;
  }
  // The name of the store's log too, which was made when the store was opened, before anything is
  // in it: not every build of SQLite does that.
  if (::fsync(directory.get()) != 0) fail_at_errno(directory_of(file));
}

/// What an administrator can do about it.
const char* advice_on(const std::exception& problem) {
  const auto* from_sqlite = dynamic_cast<const SqliteFailure*>(&problem);
  if (from_sqlite == nullptr) return "";
  if (from_sqlite->busy()) return "; another program has it open: end that first";
  return from_sqlite->full() ? "; make room on its disk" : "";
}

void upgrade(const path& file, const UniqueFd& directory, const KeyId& key,
             std::span<const Migration> steps) {
  try {
    Database database(file, Database::Use::alone);
    back_up(database, file, directory);
    migrate(database, key, steps);
  } catch (const std::exception& problem) {
    throw std::runtime_error(
        fmt::format("it could not be brought to schema {}, and is as it was, good for the version "
                    "of Usher that served from it: {}{}",
                    steps.size(), problem.what(), advice_on(problem)));
  }
}

std::int64_t size_of(Database& database) {
  return database.integer("PRAGMA page_count") * database.integer("PRAGMA page_size");
}

/// What a migration was tried on, and what came out; no bytes where none was needed.
struct Tried {
  std::int64_t version = 0;
  std::int64_t bytes_before = 0;
  std::int64_t bytes_after = 0;
};

Tried try_on_copy(const path& file, const path& key_file, std::span<const Migration> steps) {
  auto [store, key] = open_sound(file, key_file, steps);
  store.run("PRAGMA query_only = ON");
  Tried tried{.version = schema_version(store)};
  if (is_up_to_date(store, steps)) return tried;
  Database trial = Database::in_memory();
  store.copy_to(trial);
  tried.bytes_before = size_of(trial);
  migrate(trial, key.id(), steps);
  tried.bytes_after = size_of(trial);
  return tried;
}

/// Room for the copy and for the migration: its log may hold every page of the new store, and the
/// store grows when the log is written back. What an interrupted copy left makes room when it goes.
void expect_room(const path& file, const UniqueFd& directory, const Tried& tried) {
  struct statvfs status{};
  if (::fstatvfs(directory.get(), &status) != 0) fail_at_errno(directory_of(file));
  std::error_code none;
  const std::uintmax_t left = std::filesystem::file_size(staged_copy_of(file, tried.version), none);
  const std::uint64_t room =
      std::uint64_t{status.f_bavail} * status.f_frsize + (none ? 0 : std::uint64_t{left});
  const auto wanted = static_cast<std::uint64_t>(tried.bytes_before + 2 * tried.bytes_after);
  constexpr std::uint64_t kKiB = 1024;
  if (room < wanted)
    fail_at(directory_of(file),
            fmt::format("an upgrade takes {} KiB and there are {} KiB left: make room",
                        (wanted + kKiB - 1) / kKiB, room / kKiB));
}

}  // namespace

Result<UniqueFd> find_store(const path& file) {
  std::error_code unknown;
  if (std::filesystem::symlink_status(file, unknown).type() ==
      std::filesystem::file_type::not_found)
    return failure(fmt::format("there is no store at {}: run `usherctl init`", file.string()));
  auto directory = open_directory_of(file);
  if (!directory)
    return failure(fmt::format("store {}: {}", file.string(), directory.error().message));
  if (const auto checked = check_private_file(file); !checked)
    return failure("store " + checked.error().message);
  return directory;
}

OpenedStore open_up_to_date(const path& file, const UniqueFd& directory, const path& key_file,
                            std::span<const Migration> steps) {
  KeyId key{};
  {
    OpenedStore found = open_sound(file, key_file, steps);
    use_log(found.database);
    if (is_up_to_date(found.database, steps)) return found;
    key = found.key.id();
  }
  upgrade(file, directory, key, steps);
  return open_sound(file, key_file, steps);
}

Result<UpgradeCheck> check_upgrade(const path& file, const path& key_file,
                                   std::span<const Migration> steps) {
  return at_edge(file, [&]() -> Result<UpgradeCheck> {
    const auto directory = find_store(file);
    if (!directory) return std::unexpected(directory.error());
    const Tried tried = try_on_copy(file, key_file, steps);
    expect_room(file, *directory, tried);
    return UpgradeCheck{.schema = tried.version, .wanted = static_cast<std::int64_t>(steps.size())};
  });
}

}  // namespace usher
