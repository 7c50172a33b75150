// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/login/enrol_at_prompt.h"
#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"
#include "daemon/login/loud_factors.h"
#include "daemon/login/notices.h"
#include "daemon/login/one_field.h"
#include "daemon/login/questions.h"
#include "daemon/login/standing.h"

namespace usher {
namespace {

constexpr std::string_view kNoLongerHeld =
    "what was to be reused of the session does not count any more";

/// One code and one text for whatever was wrong: factor, account or race.
VerdictResult mismatch(std::string reason) {
  return VerdictResult::deny(PAM_AUTH_ERR, std::move(reason));
}

void note_asked(AuditEvent& event, const std::vector<Requirement>& missing) {
  for (const Requirement& requirement : missing)
    std::ranges::copy_if(requirement.any_of, std::back_inserter(event.asked), can_be_asked);
}

/// What the answers proved, as the session will hold it.
void note_earned(Hearing& hearing, const Person& person, const std::vector<HeldFactor>& held) {
  const Clock& clock = hearing.ports.clock;
  for (const HeldFactor& factor : held)
    hearing.earned.push_back({.user = person.name,
                              .for_uid = person.uid,
                              .factor = factor.factor,
                              .by = ProvenBy::usher,
                              .tie = factor.tie,
                              .boot_at = clock.boot_microseconds(),
                              .wall_at = clock.wall_microseconds() / kMicrosecondsPerSecond});
}

/// What was earned, credited to the session that the caller stands in, for those of its uid.
void credit(const Hearing& hearing, const Standing& standing, std::vector<Effect>& effects) {
  if (standing.session.empty() || !standing.own) return;
  for (EarnedProof proof : hearing.earned) {
    proof.for_uid = standing.for_uid;
    effects.emplace_back(EarnProof{.session = standing.session, .proof = std::move(proof)});
  }
}

/// Makes all that comes of the verdict durable. The store decides between two logins that race for
/// one code.
std::optional<VerdictResult> reason_not_to_commit(Hearing& hearing,
                                                  std::span<const Effect> effects) {
  if (effects.empty()) return std::nullopt;
  const auto committed = hearing.ports.store.commit(effects);
  if (!committed) return lost_success("not committed: " + committed.error().message);
  if (*committed == CommitOutcome::committed) return std::nullopt;
  return mismatch(
      "another login spent this code, the password changed, or what the session held was over, at "
      "the same moment");
}

/// Nothing was to be asked.
VerdictResult accept_unasked(Hearing& hearing, const Standing& standing, const Decision& decision) {
  auto effects = expect_reused(standing, decision, hearing.ports.clock.boot_microseconds());
  std::string notices = take_notices(hearing, hearing.event.person, effects);
  if (auto refused = reason_not_to_commit(hearing, effects)) return std::move(*refused);
  VerdictResult verdict = VerdictResult::accept(decision.reason);
  verdict.text = std::move(notices);
  return verdict;
}

VerdictResult accept_answers(Hearing& hearing, const Standing& standing, const Decision& decision,
                             Findings findings) {
  // First what changes credentials: the proofs are tied to what they are then.
  std::vector<Effect> effects =
      expect_reused(standing, decision, hearing.ports.clock.boot_microseconds());
  std::ranges::move(findings.effects, std::back_inserter(effects));
  std::ranges::move(notices_of_use(hearing, hearing.event.person, findings.held),
                    std::back_inserter(effects));
  // All of it proven anew, by the person themselves: that alone makes up for wrong answers.
  const bool anew = !standing.session.empty() && standing.own && !counts_reused(decision);
  if (anew && hearing.ports.sessions.is_guessed_in(standing.session))
    effects.emplace_back(forget_all_of(standing));
  credit(hearing, standing, effects);
  std::string notices = take_notices(hearing, hearing.event.person, effects);
  if (auto refused = reason_not_to_commit(hearing, effects)) return std::move(*refused);
  if (anew) hearing.ports.sessions.forgive_misses(standing.session);
  VerdictResult verdict = VerdictResult::accept(std::move(findings.reason));
  verdict.password_length = findings.password_length;
  verdict.text = std::move(notices);
  return verdict;
}

/// What is decided without a question; none where something has to be asked.
std::optional<VerdictResult> verdict_unasked(Hearing& hearing, const Person* person,
                                             const Standing& standing, const Decision& decision) {
  if (decision.kind == Decision::Kind::denied)
    return VerdictResult::deny(PAM_PERM_DENIED, decision.reason,
                               decision.rule != nullptr ? decision.rule->deny_text : "");
  if (decision.kind != Decision::Kind::satisfied) return std::nullopt;
  if (person == nullptr) return mismatch("there is no such account");
  return accept_unasked(hearing, standing, decision);
}

Result<Findings> check_answers(Hearing& hearing, std::vector<GivenAnswer>& answers,
                               const std::string& user) {
  if (const auto apart = take_apart(answers, user, hearing.ports.store); !apart)
    return failure("an answer could not be taken apart: " + apart.error().message);
  auto findings = check_all(answers, {.user = user, .service = hearing.request.service},
                            hearing.dialogue.deadline(), hearing.ports);
  if (!findings) return failure("a factor could not be checked: " + findings.error().message);
  for (const HeldFactor& held : findings->held) hearing.event.held.push_back(held.factor);
  hearing.tried_glass = findings->tried_glass;
  if (findings->all_held && is_bypass_alone(hearing.event.held)) {
    findings->all_held = false;
    findings->reason += "; a bypass alone lets nobody in";
  }
  return findings;
}

/// Not all answers held. `before` is what the person had by then, where they may be offered to
/// enrol.
Outcome enrol_or_refuse(Hearing& hearing, const Person& person, const Standing& standing,
                        const Decision& decision, Findings& findings,
                        const std::optional<ExpectCredentials>& before) {
  if (before) {
    if (auto enrolled = enrol_at_prompt(hearing, person, decision, findings, *before)) {
      if (*enrolled && (*enrolled)->accepted) note_earned(hearing, person, findings.held);
      return std::move(*enrolled);
    }
  }
  if (count_a_miss(hearing, standing, decision))
    findings.reason += "; too often in this session, so all has to be proven there again";
  return mismatch(std::move(findings.reason));
}

}  // namespace

Outcome run_login(Hearing& hearing) {
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  const Person* person = found && *found ? &**found : nullptr;
  if (person != nullptr) hearing.event.person = person->name;

  const Standing standing = standing_of(hearing, person);
  std::vector<Proof> proven = hearing.request.proven;
  std::ranges::move(reusable_proofs(standing, hearing.ports.clock.boot_microseconds()),
                    std::back_inserter(proven));
  const Decision decision = judge_and_note(hearing, found, proven);
  if (decision.kind == Decision::Kind::observed) return observe(hearing, decision, found);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  note_held(hearing.event, decision);
  if (auto verdict = verdict_unasked(hearing, person, standing, decision))
    return std::move(*verdict);

  note_asked(hearing.event, decision.missing);
  auto answers = has_one_field(hearing, decision)
                     ? ask_in_one(decision.missing, hearing.dialogue, hearing.ports)
                     : ask_for_all(decision.missing, hearing.dialogue, hearing.ports);
  if (!answers) return std::unexpected(answers.error());

  const std::string& user = person != nullptr ? person->name : hearing.request.user;
  // Whether there is such an account or not: the time must not tell.
  std::optional<ExpectCredentials> before;
  if (may_offer_enrolment(hearing, decision)) {
    auto credentials = credentials_before(hearing.ports.store, user);
    if (!credentials) return internal_failure(credentials.error().message);
    before = *std::move(credentials);
  }
  if (person != nullptr && !stands_still(hearing, *person, standing, decision))
    return mismatch(std::string(kNoLongerHeld));
  auto findings = check_answers(hearing, *answers, user);
  if (!findings) return internal_failure(findings.error().message);
  if (person == nullptr) return mismatch("there is no such account");
  if (!findings->all_held)
    return enrol_or_refuse(hearing, *person, standing, decision, *findings, before);
  if (!stands_still(hearing, *person, standing, decision))
    return mismatch(std::string(kNoLongerHeld));
  note_earned(hearing, *person, findings->held);
  return accept_answers(hearing, standing, decision, std::move(*findings));
}

}  // namespace usher
