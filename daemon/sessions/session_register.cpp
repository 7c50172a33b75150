// SPDX-License-Identifier: Apache-2.0
#include "daemon/sessions/session_register.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "daemon/host/random_id.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

std::unexpected<Error> not_working() {
  return failure("the register of sessions does not work; usherd's own log says why");
}

/// Of an end that the program did not tell of.
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
    : ports_(ports),
      history_seconds_(history_seconds),
      boot_id_(ports.host.boot_id()),
      owed_(ports.store) {}

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
      record_end(session);
    }
    effects.emplace_back(DropAnchor{.session = session.id});
  }
  settle(std::move(effects));
  return {};
}

// ---- Where somebody stands

std::optional<std::string> SessionRegister::session_on(std::span<const ProcessId> line) const {
  return anchors_.session_on(line, [this](std::uint64_t key) { return watch_->runs(key); });
}

std::optional<std::string> SessionRegister::standing_of(const ProcessId& process) {
  if (!works_) return std::nullopt;
  const std::vector<ProcessId> line = ports_.host.line_of(process);
  const std::lock_guard lock(mutex_);
  return session_on(line);
}

// ---- Begin and end

std::uint64_t SessionRegister::add(Anchors::Entry entry) {
  const std::lock_guard lock(mutex_);
  return anchors_.add(std::move(entry));
}

void SessionRegister::watch(std::uint64_t key, Result<UniqueFd> pidfd) {
  Result<void> watched;
  if (pidfd)
    watched = watch_->watch(key, std::move(*pidfd));
  else
    watched = std::unexpected(std::move(pidfd.error()));
  if (!watched)
    report_trouble(fmt::format("the end of a session's process will be noticed late: {}",
                               watched.error().message));
  const std::lock_guard lock(mutex_);
  if (Anchors::Entry* entry = anchors_.find(key))
    entry->unwatched = !watched;
  else
    watch_->unwatch(key);  // closed by now, and dropped
}

EndSession SessionRegister::end(Anchors::Entry& entry, SessionEnd how, const std::string& by) {
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
    key = anchors_.add({.session = session, .opening = true});
  }
  const Effect effect = OpenSession{
      .session = session, .proofs = std::move(proofs), .forget_before = now() - history_seconds_};
  const auto committed = ports_.store.commit({&effect, 1});
  std::vector<Effect> ended;
  {
    const std::lock_guard lock(mutex_);
    if (!committed || *committed != CommitOutcome::committed) {
      anchors_.remove(key);
      return failure("the session could not be written down: " +
                     (committed ? "a conflict" : committed.error().message));
    }
    Anchors::Entry& entry = *anchors_.find(key);  // nobody drops what is opening
    entry.opening = false;
    if (const auto& ending = entry.session.ending)
      ended.emplace_back(EndSession{.session = session.id, .ending = *ending});
  }
  watch(key, std::move(pidfd));
  if (ended.empty()) return session;
  settle(std::move(ended));
  return failure("the session was ended while it began");
}

void SessionRegister::set_apart(const ProcessId& process) {
  {
    const std::lock_guard lock(mutex_);
    if (anchors_.has_ended_one(process)) return;
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
    const auto key = anchors_.closed_by(anchor, service);
    if (!key) return std::nullopt;
    Anchors::Entry& entry = *anchors_.find(*key);
    if (is_open(entry.session)) effects.emplace_back(end(entry, SessionEnd::closed));
    closed = entry.session;
    // One that is over is enough to know that nobody stands here: a process that serves people one
    // after the other must not fill the register.
    if (anchors_.has_ended_one(anchor, *key)) {
      effects.emplace_back(DropAnchor{.session = closed->id});
      watch_->unwatch(*key);
      anchors_.remove(*key);
    }
  }
  settle(std::move(effects));
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
    for (auto& [key, entry] : anchors_.entries()) {
      if (!is_open(entry.session)) continue;
      if (!ids.contains(entry.session.parent) && !meant(entry.session)) continue;
      ids.insert(entry.session.id);
      effects.emplace_back(end(entry, SessionEnd::revoked, by));
      revoked.push_back(entry.session);
    }
  }
  const bool settled = settle(std::move(effects));
  for (const Session& session : revoked) record_end(session);
  if (settled) return revoked;
  return failure(fmt::format(
      "{} sessions were ended, but that could not be written down yet: should usherd be "
      "killed before it can be, they would go on",
      revoked.size()));
}

// ---- What is guessed, and what was taken back

bool SessionRegister::count_a_miss(const std::string& session) {
  const std::lock_guard lock(mutex_);
  Anchors::Entry* entry = anchors_.named(session);
  return entry == nullptr || ++entry->misses >= kMostMisses;
}

bool SessionRegister::is_guessed_in(const std::string& session) {
  const std::lock_guard lock(mutex_);
  const Anchors::Entry* entry = anchors_.named(session);
  return entry == nullptr || entry->misses >= kMostMisses;
}

void SessionRegister::forgive_misses(const std::string& session) {
  const std::lock_guard lock(mutex_);
  if (Anchors::Entry* entry = anchors_.named(session)) entry->misses = 0;
}

bool SessionRegister::is_over_by_hand(const std::string& session) {
  const std::lock_guard lock(mutex_);
  return works_ && ended_by_hand(session);
}

bool SessionRegister::ended_by_hand(const std::string& session) {
  if (session.empty()) return false;
  const Anchors::Entry* entry = anchors_.named(session);
  return entry == nullptr ||
         (entry->session.ending && entry->session.ending->how == SessionEnd::revoked);
}

// ---- What ended by itself

bool SessionRegister::anchors_ended(std::span<const std::uint64_t> keys) {
  std::vector<Session> ended;
  std::vector<Effect> effects;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t key : keys) {
      Anchors::Entry* entry = anchors_.find(key);
      if (entry == nullptr) continue;
      if (is_open(entry->session)) {
        effects.emplace_back(end(*entry, SessionEnd::process));
        ended.push_back(entry->session);
      }
      if (!entry->session.id.empty())
        effects.emplace_back(DropAnchor{.session = entry->session.id});
      anchors_.remove(key);
    }
  }
  const bool settled = owed_.settle(std::move(effects));
  for (const Session& session : ended) record_end(session);
  return settled;
}

bool SessionRegister::settle(std::vector<Effect> ends) {
  const bool settled = owed_.settle(std::move(ends));
  if (!settled) watch_->call_again();
  return settled;
}

/// The program's own word is recorded by who heard it; this is for all other ends.
void SessionRegister::record_end(const Session& session) {
  const auto recorded = ports_.audit.record(event_of(session, ports_.clock.wall_microseconds()));
  if (!recorded)
    report_trouble("the end of a session is not recorded: " + recorded.error().message);
}

std::vector<Session> SessionRegister::open_sessions() {
  std::vector<std::uint64_t> gone;
  std::vector<Session> open;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : anchors_.entries()) {
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
