// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/audit/audit.h"
#include "daemon/host/clock.h"
#include "daemon/host/host.h"
#include "daemon/model/effect.h"
#include "daemon/model/session.h"
#include "daemon/sessions/anchor_watch.h"
#include "daemon/sessions/anchors.h"
#include "daemon/sessions/owed_ends.h"
#include "daemon/store/store.h"

namespace usher {

/// What the register works with; all of it outlives it, and is thread-safe.
struct RegisterPorts {
  Store& store;
  Host& host;
  const Clock& clock;
  Audit& audit;
};

/// Where a session begins.
struct SessionPlace {
  /// Whether it is inside of the one that its anchor stands in, if any.
  bool inside = true;
  /// The session that what lets it begin was proven in: where that was ended by hand meanwhile,
  /// this does not begin. Empty for none.
  std::string proven_in;
};

/// Who is in. The store has every session, for good; this knows the processes that sessions hang on
/// and watches them, so that a session ends with its anchor.
///
/// What can't be written down when a session ends (a full disk) still ends at once for everybody
/// who asks here, and is written down later: by the watch, or by the usherd that comes next, which
/// finds the anchor gone. Thread-safe.
class SessionRegister {
 public:
  /// Knows of no session until start(). Sessions that ended longer than `history_seconds` ago are
  /// forgotten by and by.
  SessionRegister(const RegisterPorts& ports, std::int64_t history_seconds);
  SessionRegister(const SessionRegister&) = delete;
  SessionRegister& operator=(const SessionRegister&) = delete;
  ~SessionRegister() = default;

  /// Reads what the store holds, ends what ended meanwhile, and watches the rest; once, before
  /// anything else is asked. After an Error, where store or machine can't be read, nobody stands in
  /// a session, and none can begin: works() is false.
  [[nodiscard]] Result<void> start();
  [[nodiscard]] bool works() const noexcept { return works_; }
  /// Once more writes down the ends that could not be yet; for before usherd stops.
  void settle_what_is_owed() { static_cast<void>(owed_.settle({})); }

  /// The id of the session that `process` stands in: the one whose anchor is its nearest living
  /// ancestor, itself included. None where there is no such session, where it is over, where that
  /// process has begun more than one, or where the ancestry can't be told for certain.
  [[nodiscard]] std::optional<std::string> standing_of(const ProcessId& process);

  /// Begins a session, durably, of which `session` has all but id, boot id, parent and hints;
  /// returns what it has become. An Error where that can't be done: then there is none.
  [[nodiscard]] Result<Session> open(Session session, std::vector<EarnedProof> proofs,
                                     const SessionPlace& place = {});
  /// `process` runs somebody's jobs, or is a user's service manager: what descends from it stands
  /// in no session, wherever it was started from. Known while both it and this usherd run.
  void set_apart(const ProcessId& process);
  /// The program says that what it opened as `service` is over: the latest session that hangs on
  /// `anchor`, as it is then; also one that was revoked before. None where there is none.
  std::optional<Session> close(const ProcessId& anchor, std::string_view service);
  /// Ends the sessions that `meant` says, and those that were opened inside of them: what was
  /// proven there counts no more from now on, while their processes go on. Returns all that it
  /// ended. An Error where it can't be written down; they are over nevertheless, while this usherd
  /// runs.
  [[nodiscard]] Result<std::vector<Session>> revoke(
      const std::function<bool(const Session&)>& meant, const std::string& by);

  /// Counts a wrong answer in that session, next to which something it holds counted. True once
  /// there were kMostMisses: then what it holds counts no more until forgive_misses().
  static constexpr int kMostMisses = 3;
  [[nodiscard]] bool count_a_miss(const std::string& session);
  [[nodiscard]] bool is_guessed_in(const std::string& session);
  void forgive_misses(const std::string& session);
  /// Whether a session that something was proven in was ended by hand since, or is not known any
  /// more; not where `session` is empty.
  [[nodiscard]] bool is_over_by_hand(const std::string& session);

  /// Those that are open, in the order in which they began.
  [[nodiscard]] std::vector<Session> open_sessions();

 private:
  [[nodiscard]] Result<void> reconcile();
  [[nodiscard]] bool anchors_ended(std::span<const std::uint64_t> keys);
  std::uint64_t add(Anchors::Entry entry);
  void watch(std::uint64_t key, Result<UniqueFd> pidfd);
  /// Ends the session of `entry`, which is open: from now on nobody stands in it. Under mutex_.
  EndSession end(Anchors::Entry& entry, SessionEnd how, const std::string& by = {});
  // Both under mutex_.
  [[nodiscard]] std::optional<std::string> session_on(std::span<const ProcessId> line) const;
  [[nodiscard]] bool ended_by_hand(const std::string& session);
  /// Writes down how sessions end, or has the watch call again until that is done.
  bool settle(std::vector<Effect> ends);
  void record_end(const Session& session);
  [[nodiscard]] std::int64_t now() const;

  const RegisterPorts ports_;
  const std::int64_t history_seconds_;
  const std::string boot_id_;
  std::mutex mutex_;
  Anchors anchors_;  // guarded by mutex_
  OwedEnds owed_;
  bool works_ = false;                  // set before anybody asks
  std::unique_ptr<AnchorWatch> watch_;  // last: its thread uses all of the above
};

}  // namespace usher
