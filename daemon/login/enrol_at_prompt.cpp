// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/enrol_at_prompt.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/factors/lookup_secret.h"
#include "daemon/host/random_id.h"
#include "daemon/login/enrol_otp.h"
#include "daemon/login/loud_factors.h"
#include "daemon/login/one_field.h"
#include "daemon/login/recovery_codes.h"
#include "daemon/login/standing.h"
#include "daemon/policy/judge.h"

namespace usher {
namespace {

/// Programs that show a prompt in a field of a window: there is no room for a QR code.
bool shows_pictures(const Hearing& hearing) {
  const std::string_view tty = hearing.request.tty;
  return !tty.starts_with(':') && !tty.empty();
}

std::string words_for_source(const Request& request) {
  return request.rhost.empty() ? "this machine" : request.rhost;
}

VerdictResult too_late(const Enrolment& enrol) {
  return VerdictResult::deny(
      PAM_AUTH_ERR,
      fmt::format("all but the code held; no code was ever enrolled, and the rule let people do so "
                  "until {}",
                  enrol.until_text),
      enrol.late_text.empty()
          ? "You have no one-time code, and the time to enrol one here is over. "
            "Ask your administrator."
          : enrol.late_text);
}

/// What was proven in this dialogue holds; what it is tied to must still be so.
std::vector<Effect> conditions(const Findings& findings, const ExpectCredentials& before) {
  std::vector<Effect> effects;
  effects.emplace_back(before);
  effects.emplace_back(ExpectNeverEnrolled{.user = before.user});
  for (const Effect& effect : findings.effects) {
    // What holds beside a code that is missing: a password, which changes nothing by holding.
    if (const auto* spent = std::get_if<SpendOtp>(&effect)) effects.emplace_back(*spent);
    if (const auto* used = std::get_if<SpendLookupSecret>(&effect)) effects.emplace_back(*used);
  }
  return effects;
}

/// Makes it durable, or says why the login comes to nothing.
std::optional<VerdictResult> reason_not_to_commit(Hearing& hearing, std::vector<Effect> effects) {
  const auto committed = hearing.ports.store.commit(effects);
  if (!committed) return lost_success("not committed: " + committed.error().message);
  if (*committed == CommitOutcome::committed) return std::nullopt;
  return VerdictResult::deny(PAM_AUTH_ERR, "a credential changed while a code was being enrolled",
                             "Your password or your codes were changed meanwhile. Log in again.");
}

Outcome go_in_without(Hearing& hearing, const Enrolment& enrol, const Findings& findings,
                      const ExpectCredentials& before) {
  if (auto refused = reason_not_to_commit(hearing, conditions(findings, before)))
    return std::move(*refused);
  VerdictResult verdict = VerdictResult::accept(
      fmt::format("{}; enrolling a code was put off, which the rule allows until {}",
                  findings.reason, enrol.until_text));
  verdict.password_length = findings.password_length;
  return verdict;
}

/// An enrolment is a change of credentials, and has an event of its own.
Result<void> record_enrolment(Hearing& hearing, const std::string& label) {
  AuditEvent event = hearing.event;
  event.kind = EventKind::credential_changed;
  event.id = new_random_id();
  event.request.phase = Phase::manage;
  event.request.manage.operation = "otp.add";
  event.request.manage.label = label;
  event.reason =
      fmt::format("code \"{}\" enrolled at the prompt of {}", label, hearing.request.service);
  return hearing.ports.audit.record(event);
}

Outcome go_in_with(Hearing& hearing, AddOtp added, AddLookupSecrets recovery,
                   const Findings& findings, const ExpectCredentials& before) {
  std::vector<Effect> effects = conditions(findings, before);
  const std::string label = added.label;
  effects.emplace_back(LeaveNotice{
      .user = before.user,
      .text =
          fmt::format("A one-time code was enrolled for you, from {}. If that was not you, tell "
                      "your administrator.",
                      words_for_source(hearing.request))});
  effects.emplace_back(std::move(added));
  effects.emplace_back(std::move(recovery));
  if (auto refused = reason_not_to_commit(hearing, std::move(effects))) return std::move(*refused);
  if (const auto recorded = record_enrolment(hearing, label); !recorded)
    return lost_success("not recorded: " + recorded.error().message);
  hearing.event.held.push_back(Factor::otp);
  VerdictResult verdict = VerdictResult::accept(
      fmt::format("{}; enrolled code \"{}\" and confirmed it", findings.reason, label));
  verdict.password_length = findings.password_length;
  return verdict;
}

}  // namespace

bool may_offer_enrolment(const Hearing& hearing, const Decision& decision) {
  const Request& request = hearing.request;
  if (has_one_field(hearing, decision)) return false;
  if (decision.rule == nullptr || !decision.rule->enrol || !request.caller.trusted) return false;
  if (lists(hearing.rules.services.screen_lockers, request.service) ||
      lists(hearing.rules.services.one_field, request.service))
    return false;
  const Enrolment& enrol = *decision.rule->enrol;
  return enrol.anywhere || is_from(enrol.from, Source::of(request.rhost));
}

Result<ExpectCredentials> credentials_before(Store& store, const std::string& user) {
  auto hash = store.password_hash(user);
  if (!hash) return std::unexpected(std::move(hash.error()));
  const auto recovery = recovery_codes_left(user, store);
  if (!recovery) return std::unexpected(recovery.error());
  return ExpectCredentials{
      .user = user, .hash = std::move(*hash), .otp = {}, .recovery = *recovery};
}

std::optional<Outcome> enrol_at_prompt(Hearing& hearing, const Person& person,
                                       const Decision& decision, const Findings& findings,
                                       const ExpectCredentials& before) {
  if (!findings.lacks_code_alone || counts_reused(decision)) return std::nullopt;
  // A bypass stands for a code, and recovery codes are one: neither is something else beside it.
  if (is_bypass_alone(hearing.event.held) || before.recovery > 0) return std::nullopt;
  const auto had = hearing.ports.store.has_had_otp(person.name);
  if (!had) return internal_failure(had.error().message);
  if (*had) return std::nullopt;
  const Enrolment& enrol = *decision.rule->enrol;
  if (hearing.ports.clock.wall_microseconds() / kMicrosecondsPerSecond >= enrol.until)
    return too_late(enrol);

  const std::string before_text = fmt::format(
      "You have no one-time code yet, and from {} on you can't log in here without one.",
      enrol.until_text);
  auto enrolled = offer_generator(hearing, person.name,
                                  {.label = std::string(kDefaultCodeLabel),
                                   .qr = shows_pictures(hearing),
                                   .before = before_text,
                                   .may_skip = true});
  if (!enrolled) return std::unexpected(enrolled.error());
  if (!*enrolled) return internal_failure(enrolled->error().message);
  switch ((*enrolled)->outcome) {
    case OfferedGenerator::Outcome::skipped:
      return go_in_without(hearing, enrol, findings, before);
    case OfferedGenerator::Outcome::no_match:
      return VerdictResult::deny(PAM_AUTH_ERR, "no code confirmed the generator that was offered",
                                 "No code matched: nothing was enrolled.");
    case OfferedGenerator::Outcome::confirmed:
      break;
  }
  auto recovery = hand_out_recovery_codes(hearing, person.name);
  if (!recovery) return std::unexpected(recovery.error());
  if (!*recovery) return internal_failure(recovery->error().message);
  return go_in_with(hearing, std::move((*enrolled)->added), **std::move(recovery), findings,
                    before);
}

}  // namespace usher
