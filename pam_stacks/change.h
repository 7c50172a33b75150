// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/plan.h"
#include "usher/unique_fd.h"

namespace usher::pam_stacks {

/// When a change is taken back unless somebody confirmed it. The boot clock counts as long as the
/// machine stays up, so that setting the wall clock neither hastens nor delays it.
struct RollbackTime {
  std::string boot;               // the boot id of when the change was made
  std::int64_t boot_seconds = 0;  // CLOCK_BOOTTIME
  std::int64_t wall_seconds = 0;  // since 1970
};

/// A change of stacks, as it is kept on disk.
struct Change {
  std::filesystem::path folder;        // that it is kept in
  std::int64_t made_microseconds = 0;  // since 1970
  std::string made_by;
  std::vector<std::string> services;
  WhenDownChoice when_down;
  std::optional<RollbackTime> rollback;  // none: only when somebody says so
  std::vector<FileChange> files;         // in the order in which they are put in place
  bool in_place = false;                 // all of them are
  bool undoing = false;                  // putting them back was begun

  /// Whether it has to be taken back now: its time has come, or it was interrupted.
  [[nodiscard]] bool due() const;
  /// Files that are neither as before nor as after: somebody else changed them.
  [[nodiscard]] std::vector<std::string> changed_since() const;
  /// Seconds until then; none where nothing will happen by itself.
  [[nodiscard]] std::optional<std::int64_t> seconds_left() const;
};

/// In `seconds` from now.
[[nodiscard]] RollbackTime rollback_in(std::int64_t seconds);

/// The changes of a machine's stacks, in a folder of root's own: the one that waits for being
/// confirmed, and those before it with what they replaced. Killed anywhere, it leaves each file old
/// or new, and enough on disk to put all of them back.
///
/// At most one process changes anything at a time: open() takes a lock, which the object holds.
class Changes {
 public:
  /// Why the folder can't be had.
  struct Refusal {
    bool busy = false;  // another process changes stacks just now
    std::string message;
  };
  [[nodiscard]] static std::expected<Changes, Refusal> open(const std::filesystem::path& folder);

  /// What can be told without the lock: the change that waits, and the newest that was confirmed.
  [[nodiscard]] static Result<std::optional<Change>> waiting_in(
      const std::filesystem::path& folder);
  [[nodiscard]] static Result<std::optional<Change>> newest_confirmed_in(
      const std::filesystem::path& folder);

  /// Writes down what is going to be done, durably; nothing is changed yet. One change waits at
  /// most.
  [[nodiscard]] Result<Change> begin(const Plan& plan, std::string made_by,
                                     std::optional<RollbackTime> rollback);
  /// Puts the new files in place, each whole. On an Error some may be: undo() then.
  [[nodiscard]] Result<void> put_in_place(const Change& change);
  /// From here on it is only taken back by undo().
  [[nodiscard]] Result<void> confirm(const Change& change);
  /// Nor by that: there is no way back behind a removal.
  [[nodiscard]] Result<void> confirm_for_good(const Change& change);
  /// Puts the old files back, each whole, the last first. What somebody changed since then is kept
  /// in the change's folder; a new file that another includes stays; such files are returned. May
  /// be called again after an Error.
  [[nodiscard]] Result<std::vector<std::string>> undo(const Change& change);

 private:
  Changes(std::filesystem::path folder, UniqueFd lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::filesystem::path folder_;
  UniqueFd lock_;
};

/// Where they are kept.
inline constexpr auto kChangesFolder = "/var/lib/usher-pam";

}  // namespace usher::pam_stacks
