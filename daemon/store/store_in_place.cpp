// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store_in_place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "daemon/store/must.h"
#include "daemon/store/new_file.h"
#include "daemon/store/private_file.h"
#include "daemon/store/schema.h"

namespace usher {
namespace {

using std::filesystem::path;

bool has_name(const path& file) {
  return ::faccessat(AT_FDCWD, file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

[[noreturn]] void fail_in_use() {
  throw std::runtime_error(
      "somebody has it open: stop usherd first, and what starts it (`systemctl stop usherd.service "
      "usherd-root.socket usherd-self.socket usherd-control.socket`)");
}

/// A newer Usher's store is no damage: it is not for this one to replace.
void refuse_newer(Database& database) {
  const auto newest = static_cast<std::int64_t>(migrations().size());
  if (database.integer("PRAGMA application_id") == kApplicationId &&
      schema_version(database) > newest)
    throw std::runtime_error(fmt::format(
        "made by a newer Usher (schema {}, this one knows up to {}): restore with that version",
        schema_version(database), newest));
}

}  // namespace

StoreInPlace StoreInPlace::take(const path& store) {
  StoreInPlace place(store);
  place.open(Database::Use::alone);
  return place;
}

StoreInPlace StoreInPlace::look_at(const path& store) {
  StoreInPlace place(store);
  place.open(Database::Use::shared);
  return place;
}

void StoreInPlace::open(Database::Use use) {
  if (!has_name(file_)) return;
  must(check_private_file(file_));
  is_there_ = true;
  try {
    Database database(file_, use);
    if (use == Database::Use::alone) {
      // Kept until this connection ends, in every mode that its journal may have.
      database.run("BEGIN EXCLUSIVE");
      database.run("COMMIT");
    }
    taken_ = std::move(database);
    read(*taken_);
  } catch (const SqliteFailure& problem) {
    if (problem.busy()) fail_in_use();
    unreadable_ = problem.what();
    content_.reset();
    taken_.reset();
    if (use == Database::Use::alone) lock_unreadable();
  }
}

void StoreInPlace::read(Database& database) {
  refuse_newer(database);
  if (const auto sound = check_sound(database, static_cast<std::int64_t>(migrations().size()));
      !sound) {
    unreadable_ = sound.error().message;
    return;
  }
  key_id_ = stored_key_id(database);
  memory_ = std::make_unique<MemoryFile>();
  content_ = memory_->open();
  database.copy_to(*content_);
  content_->run("PRAGMA journal_mode = DELETE");
  try {
    migrate(*content_, key_id_, migrations());
  } catch (const std::exception& problem) {
    unreadable_ = problem.what();
    content_.reset();
  }
}

/// The bytes that SQLite locks for whoever has a database open, whatever is in it
/// (sqlite.org/fileformat2.html, "The Lock-Byte Page"). This lock is no process's but the
/// descriptor's, so that it meets those of other processes and is not lost by accident.
void StoreInPlace::lock_unreadable() {
  constexpr off_t kPendingByte = 0x40000000;
  constexpr off_t kLockedBytes = 512;
  lock_ = UniqueFd(::open(file_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!lock_.valid()) fail_at_errno(file_);
  struct flock wanted{.l_type = F_WRLCK,
                      .l_whence = SEEK_SET,
                      .l_start = kPendingByte,
                      .l_len = kLockedBytes,
                      .l_pid = 0};
  if (::fcntl(lock_.get(), F_OFD_SETLK, &wanted) == 0) return;
  if (errno == EAGAIN || errno == EACCES) fail_in_use();
  fail_at_errno(file_);
}

void StoreInPlace::keep_as(const path& kept) {
  if (!taken_)
    move_log_to(kept);
  else if (taken_->text("PRAGMA journal_mode = DELETE") != "delete")
    throw std::runtime_error("what its log has could not be written into it");
  if (is_there_ && !has_name(kept) && ::link(file_.c_str(), kept.c_str()) != 0) fail_at_errno(kept);
}

/// In its place it would be replayed into the store that comes.
void StoreInPlace::move_log_to(const path& kept) const {
  for (const char* suffix : kSideFiles)
    if (const path side(file_.native() + suffix);
        has_name(side) && ::rename(side.c_str(), (kept.native() + suffix).c_str()) != 0)
      fail_at_errno(side);
}

}  // namespace usher
