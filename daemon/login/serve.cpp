// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>
#include <utility>

#include "daemon/host/random_id.h"
#include "daemon/login/admission.h"
#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"
#include "daemon/login/login.h"
#include "daemon/login/loud_factors.h"

namespace usher {
namespace {

Outcome hear(Hearing& hearing) {
  switch (hearing.request.phase) {
    case Phase::authenticate:
      return run_login(hearing);
    case Phase::account:
      return run_account(hearing);
    case Phase::manage:
      return run_manage(hearing);
    case Phase::password:
      return run_password(hearing);
    case Phase::open_session:
      return run_open_session(hearing);
    case Phase::close_session:
      return run_close_session(hearing);
  }
  return internal_failure("a phase that is none");
}

bool changes_nothing(const ManageRequest& wanted) { return wanted.operation == "breakglass.test"; }

EventKind kind_of(const Hearing& hearing, const VerdictResult& verdict) {
  if (verdict.ignored) return EventKind::request_observed;
  const bool accepted = verdict.accepted;
  switch (hearing.request.phase) {
    case Phase::authenticate:
      return loud_kind(hearing, accepted,
                       accepted ? EventKind::login_accepted : EventKind::login_denied);
    case Phase::account:
      return accepted ? EventKind::account_accepted : EventKind::account_denied;
    case Phase::manage:
      if (accepted && changes_nothing(hearing.request.manage)) return EventKind::credential_tested;
      [[fallthrough]];
    case Phase::password:
      return loud_kind(hearing, accepted,
                       accepted ? EventKind::credential_changed : EventKind::credential_refused);
    case Phase::open_session:
      return accepted ? EventKind::session_opened : EventKind::session_denied;
    case Phase::close_session:
      return EventKind::session_closed;
  }
  return EventKind::request_refused;
}

std::string_view words_for(DialogueEnd end) {
  switch (end) {
    case DialogueEnd::hung_up:
      return "the caller hung up";
    case DialogueEnd::cancelled:
      return "the program broke the dialogue off";
    case DialogueEnd::timed_out:
      return "no answer came in time";
    case DialogueEnd::restarting:
      return "usherd is going down; the caller was told to come back";
    case DialogueEnd::malformed:
      return "the caller did not keep to the protocol";
  }
  return "the dialogue ended";
}

Result<void> record(Hearing& hearing, EventKind kind, std::string reason, std::int64_t started_at) {
  hearing.event.kind = kind;
  hearing.event.reason = std::move(reason);
  hearing.event.latency_microseconds = hearing.ports.clock.boot_microseconds() - started_at;
  return hearing.ports.audit.record(hearing.event);
}

/// sshd asks PAM for keyboard-interactive in a child, and opens the session itself.
void remember_success(Hearing& hearing) {
  const Request& request = hearing.request;
  const bool in_a_child = lists(hearing.rules.services.self_verifying, request.service);
  hearing.ports.transactions.succeeded(
      request,
      {.parent = in_a_child ? hearing.ports.host.parent_of(request.caller.process()) : ProcessId{},
       .user = hearing.event.person,
       .at = hearing.ports.clock.boot_microseconds(),
       .proofs = std::move(hearing.earned),
       .factors = factor_words(hearing.event),
       .session = hearing.event.session});
}

}  // namespace

std::optional<VerdictResult> serve(const Request& request, Dialogue& dialogue, LoginPorts& ports) {
  const std::int64_t started_at = ports.clock.boot_microseconds();
  const std::shared_ptr<const LoadedRules> loaded = ports.rules.loaded();
  Hearing hearing{.request = request,
                  .dialogue = dialogue,
                  .ports = ports,
                  .rules = loaded->set,
                  .index = loaded->index,
                  .event = {.id = new_random_id(),
                            .time_microseconds = ports.clock.wall_microseconds(),
                            .request = request,
                            .rules_version = loaded->set.version}};

  if (const auto refusal = reason_to_refuse(request, loaded->set, ports.host)) {
    static_cast<void>(record(hearing, EventKind::request_refused, *refusal, started_at));
    return VerdictResult::deny(PAM_PERM_DENIED, *refusal);
  }

  Outcome outcome = hear(hearing);
  if (!outcome) {
    // Whoever is not root may hang up as often as they like, and must not fill the disk that way.
    if (!request.caller.trusted && hearing.event.held.empty()) return std::nullopt;
    static_cast<void>(record(hearing, EventKind::dialogue_aborted,
                             std::string(words_for(outcome.error())), started_at));
    return std::nullopt;
  }
  if (outcome->needs_no_line && request.phase == Phase::password) return std::move(*outcome);
  // Decided and committed; now written down, and only then answered.
  const auto recorded = record(hearing, kind_of(hearing, *outcome), outcome->reason, started_at);
  // Nobody is let into a session that the log does not know.
  if (!recorded && outcome->accepted && request.phase == Phase::open_session)
    static_cast<void>(ports.sessions.close(request.caller.process(), request.service));
  if (!recorded && outcome->accepted)
    return request.phase == Phase::authenticate
               ? lost_success("not recorded: " + recorded.error().message)
               : internal_failure("not recorded: " + recorded.error().message);
  if (outcome->accepted && request.phase == Phase::authenticate) remember_success(hearing);
  if (outcome->ignored && request.phase == Phase::authenticate)
    ports.transactions.observed(request, ports.host);
  return std::move(*outcome);
}

}  // namespace usher
