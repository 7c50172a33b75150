// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/init.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/store/key_ring.h"
#include "daemon/store/master_key.h"
#include "daemon/store/must.h"
#include "daemon/store/new_file.h"
#include "daemon/store/private_file.h"
#include "daemon/store/schema.h"
#include "daemon/store/sqlite.h"

namespace usher {
namespace {

using std::filesystem::path;

path staged(const path& file) { return {file.native() + ".init"}; }

bool is_there(const path& file) {
  struct stat status{};
  if (::lstat(file.c_str(), &status) == 0) return true;
  if (errno != ENOENT) fail_at_errno(file);
  return false;
}

// Root becomes the owner of the directory it works in: what it makes belongs to that user, and a
// link which that user laid there leads root nowhere the user could not go alone.
class ActingAsOwner {
 public:
  explicit ActingAsOwner(const path& directory) {
    if (::geteuid() != 0) return;
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0) fail_at_errno(directory);
    if (status.st_uid == 0) return;
    group_ = ::getegid();
    if (::setegid(status.st_gid) != 0) fail_at_errno(directory);
    acting_ = true;
    if (::seteuid(status.st_uid) == 0) return;
    const int why = errno;
    give_back();
    errno = why;
    fail_at_errno(directory);
  }
  ActingAsOwner(const ActingAsOwner&) = delete;
  ActingAsOwner& operator=(const ActingAsOwner&) = delete;
  ActingAsOwner(ActingAsOwner&&) = delete;
  ActingAsOwner& operator=(ActingAsOwner&&) = delete;
  ~ActingAsOwner() {
    if (acting_) give_back();
  }

 private:
  // A process that doesn't know who it is must not go on.
  void give_back() const noexcept {
    if (::seteuid(0) != 0 || ::setegid(group_) != 0) std::abort();
  }
  gid_t group_ = 0;
  bool acting_ = false;
};

// Root's supplementary groups, which ActingAsOwner would keep: with them a link could lead further.
class WithoutOtherGroups {
 public:
  WithoutOtherGroups() {
    if (::geteuid() != 0) return;
    groups_.resize(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    if (::getgroups(static_cast<int>(groups_.size()), groups_.data()) < 0 ||
        ::setgroups(0, nullptr) != 0)
      throw std::system_error(errno, std::generic_category(), "setgroups");
    taken_ = true;
  }
  WithoutOtherGroups(const WithoutOtherGroups&) = delete;
  WithoutOtherGroups& operator=(const WithoutOtherGroups&) = delete;
  WithoutOtherGroups(WithoutOtherGroups&&) = delete;
  WithoutOtherGroups& operator=(WithoutOtherGroups&&) = delete;
  ~WithoutOtherGroups() {
    if (taken_ && ::setgroups(groups_.size(), groups_.data()) != 0) std::abort();
  }

 private:
  std::vector<gid_t> groups_;
  bool taken_ = false;
};

void stage_key(const path& key_file, const MasterKey& key) {
  const ActingAsOwner owner(directory_of(key_file));
  static_cast<void>(must(open_directory_of(key_file)));
  const path file = staged(key_file);
  discard(file);
  const Secret content = must(key.encode());
  const UniqueFd out = create_file(file, 0400);
  write_all(out, content.expose_bytes(), file);
  if (::fsync(out.get()) != 0) fail_at_errno(file);
}

void stage_store(const path& store, const KeyId& key) {
  const ActingAsOwner owner(directory_of(store));
  const path file = staged(store);
  discard(file);
  // Made by us and not by SQLite, which would not insist on a new file nor on its mode.
  const UniqueFd made = create_file(file, 0600);
  {
    Database database(file);
    // No journal file beside it: an interrupted staging is thrown away, not rolled back.
    database.run("PRAGMA journal_mode = MEMORY");
    create_schema(database, key);
  }
  if (::fsync(made.get()) != 0) fail_at_errno(file);
}

// Durable on return, and never over a file that is there.
void move_into_place(const path& file) {
  const ActingAsOwner owner(directory_of(file));
  const UniqueFd directory = must(open_directory_of(file));
  if (::renameat2(AT_FDCWD, staged(file).c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0)
    fail_at_errno(file);
  if (::fsync(directory.get()) != 0) fail_at_errno(file);
}

// A write-ahead log that an earlier store left behind would be replayed into the new one.
void refuse_side_files(const path& store) {
  for (const char* suffix : kSideFiles)
    if (const path side(store.native() + suffix); is_there(side))
      fail_at(side, "is left from an earlier store; move it away first");
}

void begin(const path& store, const path& key_file) {
  const MasterKey key = must(MasterKey::generate());
  stage_key(key_file, key);
  stage_store(store, key.id());
  // The key first: a key without a store is a start that can be finished, the reverse is a loss.
  move_into_place(key_file);
  move_into_place(store);
}

// The key is in its place and the store is not.
void finish(const path& store, const path& key_file) {
  const path waiting = staged(store);
  if (!is_there(waiting))
    fail_at(key_file,
            fmt::format("is there already, but no store at {}: put the store back, or move "
                        "the key away to begin anew",
                        store.string()));
  const KeyId id = [&] {
    const ActingAsOwner owner(directory_of(key_file));
    return must(KeyRing::read(key_file)).keys().front().id();
  }();
  {
    const ActingAsOwner owner(directory_of(store));
    must(check_private_file(waiting));
    Database database(waiting);
    if (const auto checked =
            check_store(database, id, static_cast<std::int64_t>(migrations().size()));
        !checked)
      fail_at(waiting,
              fmt::format("is left from an earlier `usherctl init` and of no use: {}. Move "
                          "the key {} away to begin anew",
                          checked.error().message, key_file.string()));
  }
  move_into_place(store);
}

void initialise(const path& store, const path& key_file) {
  const WithoutOtherGroups alone;
  if (store == key_file) fail_at(store, "is named as the store and as its key");
  // One at a time: two that stage at once would pair one's key with the other's store.
  const UniqueFd directory = [&] {
    const ActingAsOwner owner(directory_of(store));
    return must(open_directory_of(store));
  }();
  if (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0)
    fail_at(store, "another `usherctl init` is at work");
  const bool has_store = is_there(store);
  const bool has_key = is_there(key_file);
  if (has_store && has_key) fail_at(store, "is there already, and so is its key: nothing to do");
  if (has_store)
    fail_at(store,
            fmt::format("is there already, but its key {} is not: put the key back. A new one "
                        "would not open what is in the store",
                        key_file.string()));
  refuse_side_files(store);
  if (has_key)
    finish(store, key_file);
  else
    begin(store, key_file);
}

}  // namespace

Result<void> initialise_store(const path& store, const path& key) {
  try {
    initialise(store, key);
    return {};
  } catch (const std::exception& problem) {
    return failure(problem.what());
  }
}

}  // namespace usher
