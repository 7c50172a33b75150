// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/proof_of_login.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/config/lists.h"
#include "daemon/model/rule.h"

namespace usher::pam_stacks {
namespace {

/// Where nobody logs in, and usherctl is not started from.
constexpr std::array<std::string_view, 7> kNoPlaceToConfirmFrom = {
    "atd", "chfn", "chsh", "cron", "crond", "polkit-1", "systemd-user"};

bool is_login(const std::string& service, const std::vector<std::string>& lockers) {
  return !config::contains(kNoPlaceToConfirmFrom, service) && !config::contains(lockers, service);
}

/// Whether a login by the changed stacks went on after this. Stacks that only look on let in whom
/// usherd would not.
bool went_on(const RecordedRequest& request, const Change& change) {
  const bool let_in = request.outcome == "accepted" || request.outcome == "opened" ||
                      request.outcome == "observed" ||
                      (request.outcome == "denied" && change.when_down.kind == WhenDown::observe);
  return let_in && request.time_microseconds >= change.made_microseconds &&
         config::contains(change.services, request.service);
}

/// The process that opened this session, where the one that asks descends from it. A pid alone may
/// be another's by now; a process that began after the event is. One that began before the change
/// may have had the old stacks in memory since, but for login(1), which is what getty was.
std::optional<Ancestor> opened_by(const RecordedRequest& session, const Change& change,
                                  const std::vector<Ancestor>& ancestors) {
  for (const Ancestor& ancestor : ancestors)
    if (ancestor.pid == session.caller &&
        ancestor.started_microseconds <= session.time_microseconds &&
        (session.service == "login" || ancestor.started_microseconds >= change.made_microseconds))
      return ancestor;
  return std::nullopt;
}

/// Whether the lines that ask for proof let this login in, too: in the same process, or for sshd,
/// which asks in a child, of the same person since that process began.
bool was_asked(const RecordedRequest& session, const Ancestor& process,
               const std::vector<const RecordedRequest*>& passed) {
  return std::ranges::any_of(passed, [&](const RecordedRequest* asked) {
    return asked->phase == "authenticate" && asked->service == session.service &&
           asked->time_microseconds >= process.started_microseconds &&
           asked->time_microseconds <= session.time_microseconds &&
           (asked->caller == session.caller ||
            (session.service == "sshd" && asked->user == session.user));
  });
}

bool came_by_key(const RecordedRequest& session) {
  return std::ranges::any_of(session.judged.given, [](const Proof& proof) {
    return proof.factor == Factor::publickey && proof.by == ProvenBy::sshd;
  });
}

}  // namespace

bool nobody_logs_in_by(const Change& change, const std::vector<std::string>& lockers) {
  return std::ranges::none_of(
      change.services, [&](const std::string& service) { return is_login(service, lockers); });
}

std::optional<ProofOfLogin> find_proof(const std::vector<RecordedRequest>& log,
                                       const Change& change, const std::vector<Ancestor>& ancestors,
                                       const std::vector<std::string>& lockers) {
  std::vector<const RecordedRequest*> passed;
  for (const RecordedRequest& request : log)
    if (went_on(request, change)) passed.push_back(&request);
  if (nobody_logs_in_by(change, lockers)) {
    if (passed.empty()) return std::nullopt;
    return ProofOfLogin{.service = passed.back()->service, .by_key = false};
  }
  // What a shell is left by (sudo, su) does not show that one can be had.
  const bool from_outside = std::ranges::any_of(change.services, [&](const std::string& service) {
    return is_login(service, lockers) && !is_started_by_anybody(service);
  });
  std::optional<ProofOfLogin> by_key;
  for (const RecordedRequest* session : passed) {
    if (session->phase != "open_session" ||
        (from_outside && is_started_by_anybody(session->service)))
      continue;
    const auto process = opened_by(*session, change, ancestors);
    if (!process) continue;
    if (was_asked(*session, *process, passed))
      return ProofOfLogin{.service = session->service, .by_key = false};
    if (came_by_key(*session)) by_key = ProofOfLogin{.service = session->service, .by_key = true};
  }
  return by_key;
}

}  // namespace usher::pam_stacks
