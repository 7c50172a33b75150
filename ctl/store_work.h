// SPDX-License-Identifier: Apache-2.0
// What root does on the store itself, in bulk, while usherd serves from it or not.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "ctl/command.h"
#include "daemon/audit/audit.h"
#include "daemon/config/config.h"
#include "daemon/model/effect.h"
#include "daemon/store/sqlite_store.h"

namespace usher::ctl {

/// What the audit log says of one change, beside what it says of all changes of this run.
struct ChangeRecord {
  std::string person;  // whose credential; empty: the store's as a whole
  std::string label;
  std::string reason;
};

/// One run of such work, in this order:
///
///  1. begin() reads the settings. The process still is who started it: this is when inputs and
///     outputs are opened, which are that person's to choose.
///  2. become_owner() gives root up for good, for the user that the store belongs to, and opens the
///     audit log as that user. What they may have laid in the way (a link, a database made to break
///     SQLite) meets nobody with more rights than theirs.
///  3. open_store() and commit(); or work of another kind on the files, and record().
///
/// What goes wrong is complained about. Nothing is done that can't be recorded: commit() writes the
/// audit log inside the transaction, once everything is applied, so that an event that can't be
/// written undoes the change; and a change that fails in spite of its event, on a full disk, is
/// taken back by a second event. For a process with one thread. Move-only.
class StoreWork {
 public:
  /// `operation` is what events call it: "otp.import". Cores are forbidden from here on.
  [[nodiscard]] static std::expected<StoreWork, ExitCode> begin(const Globals& globals,
                                                                std::string operation);

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

  /// A process that is neither root nor the store's owner is refused.
  [[nodiscard]] std::expected<void, ExitCode> become_owner();
  /// The same for work that only looks, and leaves no record.
  [[nodiscard]] std::expected<void, ExitCode> give_up_root() const;

  /// Brings an older schema up to date first, as usherd does.
  [[nodiscard]] std::expected<std::unique_ptr<SqliteStore>, ExitCode> open_store() const;

  /// Makes all of `effects` durable and writes down all of `records`, or does nothing.
  [[nodiscard]] Result<CommitOutcome> commit(SqliteStore& store, std::span<const Effect> effects,
                                             std::span<const ChangeRecord> records) const;

  /// Writes down that something is changed. For what is not a commit: on condition of this, and
  /// before it can't be undone any more.
  [[nodiscard]] Result<void> record(const ChangeRecord& record) const;
  /// Writes down, as far as possible, that what was recorded did not come about.
  void record_failure(const ChangeRecord& record) const;

 private:
  StoreWork(Settings settings, std::string operation);
  [[nodiscard]] AuditEvent event_of(EventKind kind, const ChangeRecord& record) const;

  Settings settings_;
  std::string operation_;
  Caller caller_;
  std::string asked_by_;
  std::unique_ptr<Audit> audit_;
};

}  // namespace usher::ctl
