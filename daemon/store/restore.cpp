// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/restore.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/store/database_file.h"
#include "daemon/store/edge.h"
#include "daemon/store/key_file.h"
#include "daemon/store/must.h"
#include "daemon/store/new_file.h"
#include "daemon/store/private_file.h"
#include "daemon/store/schema.h"
#include "daemon/store/sealed_seeds.h"
#include "daemon/store/sealer.h"
#include "daemon/store/store_in_place.h"
#include "daemon/store/store_lock.h"

namespace usher {
namespace {

using std::filesystem::path;

std::int64_t now_in_seconds() {
  using std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
  return floor<seconds>(system_clock::now()).time_since_epoch().count();
}

/// What was spent since the backup is told by the clock: one that is behind tells nothing.
void expect_later(std::int64_t made, std::int64_t now) {
  if (now < made)
    throw std::runtime_error(
        "by the clock of this machine the backup is yet to be made: set the clock first, since it "
        "says which codes may have been used by now");
}

bool is_missing(const path& file) {
  struct stat status{};
  return ::lstat(file.c_str(), &status) != 0 && errno == ENOENT;
}

/// The keys of the key file; none where there is no such file, and the backup's is to be put there.
std::optional<KeyRing> keys_in_place(const path& key_file) {
  if (!is_missing(key_file)) {
    auto ring = KeyRing::read(key_file);
    if (ring) return *std::move(ring);
    throw std::runtime_error(
        fmt::format("{}; where it is of no use any more, move it away, and the backup's key is put "
                    "in its place",
                    ring.error().message));
  }
  if (!may_write_key_file(key_file))
    throw std::runtime_error(
        fmt::format("there is no key at {}, and the store's owner can't put one there: where it is "
                    "a credential, say --master-key FILE with its content",
                    key_file.string()));
  return std::nullopt;
}

/// The key that the restored store is to be sealed with. The ring's last is the one that a rotation
/// which is half-way would put in force.
const MasterKey& key_to_use(const KeyRing& ring, const StoreInPlace& place) {
  const MasterKey* const in_force = ring.find(place.key_id());
  return in_force != nullptr ? *in_force : ring.keys().back();
}

path staged_name(const path& store) { return store.native() + ".restore"; }

std::string time_in_name() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  if (::gmtime_r(&now, &utc) == nullptr) return std::to_string(now);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/// The name under which the store that is in place is kept: a run that was killed may have given it
/// one already.
path kept_name(const path& store) {
  const std::string beginning = store.filename().string() + ".before-restore-";
  struct stat status{};
  if (::lstat(store.c_str(), &status) == 0)
    for (const auto& entry : std::filesystem::directory_iterator(directory_of(store))) {
      struct stat other{};
      if (entry.path().filename().string().starts_with(beginning) &&
          ::lstat(entry.path().c_str(), &other) == 0 && other.st_dev == status.st_dev &&
          other.st_ino == status.st_ino)
        return entry.path();
    }
  return directory_of(store) / (beginning + time_in_name());
}

/// Changes what the backup holds into what may be put in place, in memory.
class Restoring {
 public:
  Restoring(const RestorePlan& plan, Snapshot backup)
      : plan_(plan), backup_(std::move(backup)), restored_(backup_.image.open()) {}

  RestoreReport run() {
    const std::int64_t now = now_in_seconds();
    expect_later(backup_.made, now);
    const UniqueFd lock =
        must(plan_.dry_run ? open_directory_of(plan_.store) : lock_directory_of(plan_.store));
    StoreInPlace place =
        plan_.dry_run ? StoreInPlace::look_at(plan_.store) : StoreInPlace::take(plan_.store);
    std::optional<KeyRing> ring;
    if (plan_.key == nullptr) ring = keys_in_place(plan_.key_file);
    const KeyRing* const keys = ring ? &*ring : plan_.key;
    report_.made = backup_.made;
    report_.had_store = place.is_there();
    report_.unreadable = place.unreadable();
    report_.key_from_backup = keys == nullptr;
    const MasterKey& key = keys == nullptr ? backup_.key : key_to_use(*keys, place);
    change(place, keys, key, now);
    if (!plan_.dry_run) put_in_place(place, lock);
    return std::move(report_);
  }

 private:
  void change(StoreInPlace& place, const KeyRing* keys, const MasterKey& key, std::int64_t now) {
    const Sealer then = must(Sealer::create(backup_.key));
    std::optional<Sealer> since;
    const MasterKey* const of_place = keys == nullptr ? nullptr : keys->find(place.key_id());
    if (of_place != nullptr) since = must(Sealer::create(*of_place));

    Transaction transaction(restored_);
    std::optional<StoreSide> in_place;
    if (place.content() != nullptr) in_place.emplace(*place.content(), since ? &*since : nullptr);
    Merged merged =
        merge_spent({.database = restored_, .sealer = &then}, in_place ? &*in_place : nullptr, now);
    report_.remarks = std::move(merged.remarks);
    report_.codes_count_from = merged.codes_count_from;
    if (key.id() != backup_.key.id())
      static_cast<void>(Resealing(backup_.key, key).apply(restored_));
    transaction.commit();

    must(check_store(restored_, key.id(), static_cast<std::int64_t>(migrations().size())));
    expect_unsealable(restored_, must(Sealer::create(key)));
    report_.contents = contents_of(restored_);
  }

  /// Up to the last rename, what is in place stays in force.
  void put_in_place(StoreInPlace& place, const UniqueFd& directory) {
    const path staged = staged_name(plan_.store);
    discard_with_side_files(staged);
    write_database(restored_, staged);
    const path kept = kept_name(plan_.store);
    if (place.is_there()) report_.kept = kept;
    place.keep_as(kept);
    if (report_.key_from_backup) put_key_in_place();
    must(plan_.record(report_));
    if (::rename(staged.c_str(), plan_.store.c_str()) != 0) fail_at_errno(plan_.store);
    if (::fsync(directory.get()) != 0) fail_at_errno(directory_of(plan_.store));
  }

  void put_key_in_place() {
    std::vector<MasterKey> keys;
    keys.push_back(must(MasterKey::decode(must(backup_.key.encode()).expose())));
    write_key_file(plan_.key_file, must(KeyRing::of(std::move(keys))));
  }

  const RestorePlan& plan_;
  Snapshot backup_;
  Database restored_;
  RestoreReport report_;
};

}  // namespace

Result<void> expect_unused(const path& store) {
  return at_edge(store, [&]() -> Result<void> {
    must(open_directory_of(store));
    static_cast<void>(StoreInPlace::take(store));
    return {};
  });
}

Result<RestoreReport> restore_store(const RestorePlan& plan, Snapshot backup) {
  return at_edge(plan.store, [&]() -> Result<RestoreReport> {
    return Restoring(plan, std::move(backup)).run();
  });
}

}  // namespace usher
