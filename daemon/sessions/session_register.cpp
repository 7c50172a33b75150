// SPDX-License-Identifier: Apache-2.0
#include "daemon/sessions/session_register.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

#include "daemon/host/random_id.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

std::unexpected<Error> not_working() {
  return failure("the register of sessions does not work; usherd's own log says why");
}

bool is_open(const Session& session) { return !session.ending.has_value(); }

AuditEvent event_of(const Session& session, std::int64_t wall_microseconds) {
  AuditEvent event;
  const bool revoked = session.ending->how == SessionEnd::revoked;
  event.kind = revoked ? EventKind::session_revoked : EventKind::session_closed;
  event.id = new_random_id();
  event.time_microseconds = wall_microseconds;
  event.request.phase = Phase::close_session;
  event.request.service = session.service;
  event.request.user = session.user;
  event.request.rhost = session.rhost;
  event.request.tty = session.tty;
  event.request.ruser = session.ruser;
  event.person = session.user;
  event.session = session.id;
  event.reason = row_of(session.ending->how).words;
  if (revoked) event.reason = fmt::format("ended by {}", session.ending->by);
  return event;
}

}  // namespace

SessionRegister::SessionRegister(const RegisterPorts& ports, std::int64_t history_seconds)
    : ports_(ports), history_seconds_(history_seconds), boot_id_(ports.host.boot_id()) {}

Result<void> SessionRegister::start() {
  // Without it a session of another start of the machine would look like one of this.
  if (boot_id_.empty())
    return failure("which start of the machine this is can't be read: is /proc mounted?");
  auto watch = AnchorWatch::start(
      [this](std::span<const std::uint64_t> keys) { return anchors_ended(keys); });
  if (!watch) return std::unexpected(std::move(watch.error()));
  watch_ = std::move(*watch);
  if (auto reconciled = reconcile(); !reconciled) {
    watch_.reset();
    return reconciled;
  }
  works_ = true;
  return {};
}

std::int64_t SessionRegister::now() const {
  return ports_.clock.wall_microseconds() / kMicrosecondsPerSecond;
}

// ---- What was missed

Result<void> SessionRegister::reconcile() {
  auto found = ports_.store.watched_sessions();
  if (!found) return std::unexpected(std::move(found.error()));
  const std::int64_t started =
      now() - ports_.clock.boot_microseconds() / kMicrosecondsPerSecond;  // the machine
  std::vector<Effect> effects;
  for (Session& session : *found) {
    const bool of_this_start = session.boot_id == boot_id_;
    Result<UniqueFd> pidfd = of_this_start ? ports_.host.hold(session.anchor) : UniqueFd();
    if (!pidfd || pidfd->valid()) {
      watch(add({.session = std::move(session)}), std::move(pidfd));
      continue;
    }
    if (is_open(session)) {
      const auto how = of_this_start ? SessionEnd::missed : SessionEnd::reboot;
      session.ending = {.how = how, .at = of_this_start ? now() : started, .by = {}};
      effects.emplace_back(EndSession{.session = session.id, .ending = *session.ending});
      write_down(session);
    }
    effects.emplace_back(DropAnchor{.session = session.id});
  }
  if (!settle(std::move(effects))) watch_->call_again();
  return {};
}

// ---- Where somebody stands

/// The session that hangs on `process`; none, though `found`, where it is over or not the only one.
/// That the anchor runs makes its pid its own; start times alone repeat.
std::optional<std::string> SessionRegister::session_at(const ProcessId& process,
                                                       bool& found) const {
  const Entry* only = nullptr;
  std::uint64_t only_key = 0;
  const auto [begin, end] = by_pid_.equal_range(process.pid);
  for (auto each = begin; each != end; ++each) {
    const Entry& entry = entries_.at(each->second);
    if (entry.session.anchor != process) continue;
    if (found) return std::nullopt;
    found = true;
    only = &entry;
    only_key = each->second;
  }
  if (only == nullptr || only->opening || !is_open(only->session)) return std::nullopt;
  if (!watch_->runs(only_key)) return std::nullopt;
  return only->session.id;
}

std::optional<std::string> SessionRegister::session_on(std::span<const ProcessId> line) const {
  for (const ProcessId& each : line) {
    bool found = false;
    auto session = session_at(each, found);
    // Not further up: what was begun inside of another session is not that one.
    if (found) return session;
  }
  return std::nullopt;
}

std::optional<std::string> SessionRegister::standing_of(const ProcessId& process) {
  if (!works_) return std::nullopt;
  const std::vector<ProcessId> line = ports_.host.line_of(process);
  const std::lock_guard lock(mutex_);
  return session_on(line);
}

// ---- Begin and end

std::uint64_t SessionRegister::add(Entry entry) {
  const std::lock_guard lock(mutex_);
  return add_locked(std::move(entry));
}

std::uint64_t SessionRegister::add_locked(Entry entry) {
  const std::uint64_t key = ++last_key_;
  by_pid_.emplace(entry.session.anchor.pid, key);
  if (!entry.session.id.empty()) by_id_.insert_or_assign(entry.session.id, key);
  entries_.emplace(key, std::move(entry));
  return key;
}

/// Under mutex_.
void SessionRegister::remove(Entries::iterator entry) {
  const auto [begin, end] = by_pid_.equal_range(entry->second.session.anchor.pid);
  const auto mine =
      std::find_if(begin, end, [&](const auto& each) { return each.second == entry->first; });
  if (mine != end) by_pid_.erase(mine);
  by_id_.erase(entry->second.session.id);
  entries_.erase(entry);
}

void SessionRegister::watch(std::uint64_t key, Result<UniqueFd> pidfd) {
  Result<void> watched;
  if (pidfd)
    watched = watch_->watch(key, std::move(*pidfd));
  else
    watched = std::unexpected(std::move(pidfd.error()));
  if (watched) return;
  report_trouble(fmt::format("the end of a session's process will be noticed late: {}",
                             watched.error().message));
  const std::lock_guard lock(mutex_);
  if (const auto entry = entries_.find(key); entry != entries_.end())
    entry->second.unwatched = true;
}

/// Somebody closed it by now, and nothing is to be watched.
bool SessionRegister::is_gone(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  return !entries_.contains(key);
}

EndSession SessionRegister::end(Entry& entry, SessionEnd how, const std::string& by) {
  entry.session.ending = {.how = how, .at = now(), .by = by};
  return {.session = entry.session.id, .ending = *entry.session.ending};
}

Result<Session> SessionRegister::open(Session session, std::vector<EarnedProof> proofs,
                                      const SessionPlace& place) {
  if (!works_) return not_working();
  Result<UniqueFd> pidfd = ports_.host.hold(session.anchor);
  if (pidfd && !pidfd->valid()) return failure("the process that asked for the session is gone");
  session.id = new_random_id();
  if (session.id.empty()) return failure("there are no random numbers to name a session by");
  session.boot_id = boot_id_;
  session.hints = ports_.host.hints_of(session.anchor.pid);
  session.opened = now();

  const std::vector<ProcessId> line = ports_.host.line_of(session.anchor);
  std::uint64_t key = 0;
  {
    // At one moment: whoever revokes the session that this one begins in, revokes both.
    const std::lock_guard lock(mutex_);
    if (ended_by_hand(place.proven_in))
      return failure("the session that this was proven in was ended meanwhile");
    session.parent = place.inside ? session_on(line).value_or(std::string()) : std::string();
    key = add_locked({.session = session, .opening = true});
  }
  const Effect effect = OpenSession{
      .session = session, .proofs = std::move(proofs), .forget_before = now() - history_seconds_};
  const auto committed = ports_.store.commit({&effect, 1});
  std::vector<Effect> ended;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(key);
    if (!committed || *committed != CommitOutcome::committed) {
      remove(entry);
      return failure("the session could not be written down: " +
                     (committed ? "a conflict" : committed.error().message));
    }
    entry->second.opening = false;
    if (const auto& ending = entry->second.session.ending)
      ended.emplace_back(EndSession{.session = session.id, .ending = *ending});
  }
  watch(key, std::move(pidfd));
  if (is_gone(key)) watch_->unwatch(key);
  if (ended.empty()) return session;
  if (!settle(std::move(ended))) watch_->call_again();
  return failure("the session was ended while it began");
}

bool SessionRegister::has_ended_one(const ProcessId& anchor, std::uint64_t key) const {
  const auto [begin, end] = by_pid_.equal_range(anchor.pid);
  return std::any_of(begin, end, [&](const auto& each) {
    const Session& session = entries_.at(each.second).session;
    return each.second != key && session.anchor == anchor && !is_open(session);
  });
}

void SessionRegister::set_apart(const ProcessId& process) {
  {
    const std::lock_guard lock(mutex_);
    if (has_ended_one(process)) return;
  }
  Result<UniqueFd> pidfd = works_ ? ports_.host.hold(process) : UniqueFd();
  if (!pidfd || !pidfd->valid()) return;
  // As a session that is over and was none.
  watch(add({.session = {.anchor = process, .ending = SessionEnding{.how = SessionEnd::closed}}}),
        std::move(pidfd));
}

std::optional<Session> SessionRegister::close(const ProcessId& anchor, std::string_view service) {
  std::optional<Session> closed;
  std::vector<Effect> effects;
  {
    const std::lock_guard lock(mutex_);
    // The latest that is open; what was revoked, by its own name, where none is.
    Entry* meant = nullptr;
    std::uint64_t meant_key = 0;
    const auto [begin, finish] = by_pid_.equal_range(anchor.pid);
    for (auto each = begin; each != finish; ++each) {
      Entry& entry = entries_.at(each->second);
      const Session& session = entry.session;
      if (session.anchor != anchor || session.service != service || entry.opening) continue;
      if (!is_open(session) && session.ending->how != SessionEnd::revoked) continue;
      const bool better = meant == nullptr || is_open(session) > is_open(meant->session) ||
                          (is_open(session) == is_open(meant->session) && each->second > meant_key);
      if (!better) continue;
      meant = &entry;
      meant_key = each->second;
    }
    if (meant == nullptr) return std::nullopt;
    if (is_open(meant->session)) effects.emplace_back(end(*meant, SessionEnd::closed));
    closed = meant->session;
    // One that is over is enough to know that nobody stands here: a process that serves people one
    // after the other must not fill the register.
    if (has_ended_one(anchor, meant_key)) {
      effects.emplace_back(DropAnchor{.session = closed->id});
      watch_->unwatch(meant_key);
      remove(entries_.find(meant_key));
    }
  }
  if (!settle(std::move(effects))) watch_->call_again();
  return closed;
}

Result<std::vector<Session>> SessionRegister::revoke(
    const std::function<bool(const Session&)>& meant, const std::string& by) {
  if (!works_) return not_working();
  std::vector<Session> revoked;
  std::vector<Effect> effects;
  {
    const std::lock_guard lock(mutex_);
    std::set<std::string> ids;
    // What was opened inside of a session began after it.
    for (auto& [key, entry] : entries_) {
      if (!is_open(entry.session)) continue;
      if (!ids.contains(entry.session.parent) && !meant(entry.session)) continue;
      ids.insert(entry.session.id);
      effects.emplace_back(end(entry, SessionEnd::revoked, by));
      revoked.push_back(entry.session);
    }
  }
  const bool settled = settle(std::move(effects));
  for (const Session& session : revoked) write_down(session);
  if (settled) return revoked;
  watch_->call_again();
  return failure(fmt::format(
      "{} sessions were ended, but that could not be written down yet: should usherd be "
      "killed before it can be, they would go on",
      revoked.size()));
}

SessionRegister::Entry* SessionRegister::named(const std::string& session) {
  const auto key = by_id_.find(session);
  if (key == by_id_.end()) return nullptr;
  const auto entry = entries_.find(key->second);
  return entry == entries_.end() ? nullptr : &entry->second;
}

bool SessionRegister::count_a_miss(const std::string& session) {
  const std::lock_guard lock(mutex_);
  Entry* entry = named(session);
  return entry == nullptr || ++entry->misses >= kMostMisses;
}

bool SessionRegister::is_guessed_in(const std::string& session) {
  const std::lock_guard lock(mutex_);
  const Entry* entry = named(session);
  return entry == nullptr || entry->misses >= kMostMisses;
}

void SessionRegister::forgive_misses(const std::string& session) {
  const std::lock_guard lock(mutex_);
  if (Entry* entry = named(session)) entry->misses = 0;
}

bool SessionRegister::is_over_by_hand(const std::string& session) {
  const std::lock_guard lock(mutex_);
  return works_ && ended_by_hand(session);
}

bool SessionRegister::ended_by_hand(const std::string& session) {
  if (session.empty()) return false;
  const Entry* entry = named(session);
  return entry == nullptr ||
         (entry->session.ending && entry->session.ending->how == SessionEnd::revoked);
}

bool SessionRegister::anchors_ended(std::span<const std::uint64_t> keys) {
  std::vector<Session> ended;
  std::vector<Effect> effects;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t key : keys) {
      const auto entry = entries_.find(key);
      if (entry == entries_.end()) continue;
      if (is_open(entry->second.session)) {
        effects.emplace_back(end(entry->second, SessionEnd::process));
        ended.push_back(entry->second.session);
      }
      if (!entry->second.session.id.empty())
        effects.emplace_back(DropAnchor{.session = entry->second.session.id});
      remove(entry);
    }
  }
  const bool settled = settle(std::move(effects));
  for (const Session& session : ended) write_down(session);
  return settled;
}

/// Commits these, and what is owed; false, and owed, where that fails.
bool SessionRegister::settle(std::vector<Effect> effects) {
  const std::lock_guard lock(owed_mutex_);
  std::ranges::move(effects, std::back_inserter(owed_));
  if (owed_.empty()) return true;
  const auto committed = ports_.store.commit(owed_);
  if (!committed || *committed != CommitOutcome::committed) {
    report_trouble(fmt::format("{} ends of sessions are to be written down yet: {}", owed_.size(),
                               committed ? "a conflict" : committed.error().message));
    return false;
  }
  owed_.clear();
  return true;
}

/// The program's own word is recorded by who heard it; this is for all other ends.
void SessionRegister::write_down(const Session& session) {
  const auto recorded = ports_.audit.record(event_of(session, ports_.clock.wall_microseconds()));
  if (!recorded)
    report_trouble("the end of a session is not recorded: " + recorded.error().message);
}

std::vector<Session> SessionRegister::open_sessions() {
  std::vector<std::uint64_t> gone;
  std::vector<Session> open;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : entries_) {
      if (entry.unwatched && !ports_.host.is_there(entry.session.anchor))
        gone.push_back(key);
      else if (!entry.opening && is_open(entry.session))
        open.push_back(entry.session);
    }
  }
  if (!gone.empty() && !anchors_ended(gone)) watch_->call_again();
  return open;
}

}  // namespace usher
