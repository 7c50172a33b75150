// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "daemon/audit/event_id.h"
#include "daemon/login/admission.h"
#include "daemon/login/group_facts.h"
#include "daemon/login/hearing.h"
#include "daemon/login/login.h"
#include "daemon/policy/judge.h"

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
      return VerdictResult::deny(PAM_AUTHTOK_ERR,
                                 "passwords are not changed through PAM by this version: use "
                                 "`usherctl password set`");
    case Phase::open_session:
    case Phase::close_session:
      return VerdictResult::deny(PAM_SESSION_ERR,
                                 "sessions are not recorded by this version: pam_usher.so does not "
                                 "belong into the stack's session lines yet");
  }
  return internal_failure("a phase that is none");
}

EventKind kind_of(Phase phase, bool accepted) {
  switch (phase) {
    case Phase::authenticate:
      return accepted ? EventKind::login_accepted : EventKind::login_denied;
    case Phase::account:
      return accepted ? EventKind::account_accepted : EventKind::account_denied;
    case Phase::manage:
      return accepted ? EventKind::credential_changed : EventKind::credential_refused;
    case Phase::password:
    case Phase::open_session:
    case Phase::close_session:
      break;
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

/// sshd alone verifies people before it asks PAM, and says so in SSH_AUTH_INFO_0. Elsewhere that
/// variable is whatever the program was started with.
std::span<const Proof> proofs_that_count(const Hearing& hearing) {
  const auto& self_verifying = hearing.rules.self_verifying;
  const bool counts =
      std::ranges::find(self_verifying, hearing.request.service) != self_verifying.end();
  return counts ? std::span<const Proof>(hearing.request.proven) : std::span<const Proof>{};
}

}  // namespace

Decision judge_and_note(Hearing& hearing, const Person* person) {
  const GroupFacts groups = look_up_groups(hearing.rules, person, hearing.ports.host);
  Decision decision = judge(hearing.rules, {.service = hearing.request.service,
                                            .source = Source::of(hearing.request.rhost),
                                            .person = groups.person ? &*groups.person : nullptr,
                                            .unresolved_groups = groups.unresolved,
                                            .proven = proofs_that_count(hearing)});
  if (decision.rule != nullptr) {
    hearing.event.rule = decision.rule->name;
    hearing.event.rule_at = decision.rule->at;
  }
  for (const Decision::Satisfied& satisfied : decision.proven)
    hearing.event.held.push_back(satisfied.by);
  return decision;
}

std::optional<VerdictResult> serve(const Request& request, Dialogue& dialogue, LoginPorts& ports) {
  const std::int64_t started_at = ports.clock.boot_microseconds();
  const std::shared_ptr<const RuleSet> rules = ports.rules.get();
  Hearing hearing{.request = request,
                  .dialogue = dialogue,
                  .ports = ports,
                  .rules = *rules,
                  .event = {.id = new_event_id(),
                            .time_microseconds = ports.clock.wall_microseconds(),
                            .request = request,
                            .rules_version = rules->version}};

  if (const auto refusal = reason_to_refuse(request, ports.host)) {
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
  // Decided and committed; now written down, and only then answered.
  const auto recorded =
      record(hearing, kind_of(request.phase, outcome->accepted), outcome->reason, started_at);
  if (!recorded && outcome->accepted)
    return request.phase == Phase::authenticate
               ? lost_success("not recorded: " + recorded.error().message)
               : internal_failure("not recorded: " + recorded.error().message);
  if (outcome->accepted && request.phase == Phase::authenticate)
    ports.transactions.succeeded(request, hearing.event.person, ports.clock.boot_microseconds());
  return std::move(*outcome);
}

}  // namespace usher
