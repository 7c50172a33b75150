// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "daemon/store/backup.h"
#include "daemon/store/key_ring.h"
#include "daemon/store/restore_merge.h"

namespace usher {

/// What a restore did, or would do.
struct RestoreReport {
  std::int64_t made = 0;   // when the backup was; seconds since 1970
  StoreContents contents;  // of the store as it is after the restore
  std::vector<RestoreRemark> remarks;
  /// When every code that time makes counts again; seconds since 1970.
  std::int64_t codes_count_from = 0;
  bool had_store = false;
  /// Why what is in the store that was in place could not be regarded; empty where it was.
  std::string unreadable;
  std::filesystem::path kept;  // where that store is now; empty where there was none
  /// There was no key file, so the backup's key was put there.
  bool key_from_backup = false;
};

struct RestorePlan {
  std::filesystem::path store;
  std::filesystem::path key_file;
  /// The store's key, where `key_file` is not to be looked at: a credential that is not shown while
  /// usherd is stopped. Null otherwise.
  const KeyRing* key = nullptr;
  /// Looks, and changes nothing; usherd may run.
  bool dry_run = false;
  /// Writes the restore down, before anything of it counts. An Error is the end of it.
  std::function<Result<void>(const RestoreReport&)> record;
};

/// An Error where somebody has the store open: a usherd, or somebody with sqlite3.
[[nodiscard]] Result<void> expect_unused(const std::filesystem::path& store);

/// Puts what a backup holds in the place of the store, less what may have been spent since
/// (merge_spent()), and sealed with the key that is in place: a key that was put out of force does
/// not come back. Without a key in place, the backup's is put there. The store that was there is
/// kept beside, as FILE.before-restore-TIME.
///
/// All of it is made and checked before anything is touched. Killed at any moment, the old store is
/// in place, whole, or the new one; run again, it does the same once more. Nobody may have the
/// store open; who tries to meanwhile, waits. As the user who owns the store.
[[nodiscard]] Result<RestoreReport> restore_store(const RestorePlan& plan, Snapshot backup);

}  // namespace usher
