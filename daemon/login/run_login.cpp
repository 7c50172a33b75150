// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"
#include "daemon/login/one_field.h"
#include "daemon/login/questions.h"

namespace usher {
namespace {

/// One code and one text for whatever was wrong: factor, account or race.
VerdictResult mismatch(std::string reason) {
  return VerdictResult::deny(PAM_AUTH_ERR, std::move(reason));
}

void note_asked(AuditEvent& event, const std::vector<Requirement>& missing) {
  for (const Requirement& requirement : missing)
    std::ranges::copy_if(requirement.any_of, std::back_inserter(event.asked), can_be_asked);
}

/// Spends what has to be spent. The store decides between two logins that race for one code.
VerdictResult commit(Hearing& hearing, Findings findings) {
  if (!findings.effects.empty()) {
    const auto committed = hearing.ports.store.commit(findings.effects);
    if (!committed) return lost_success("not committed: " + committed.error().message);
    if (*committed != CommitOutcome::committed)
      return mismatch("another login spent this code, or the password changed, at the same moment");
  }
  VerdictResult verdict = VerdictResult::accept(std::move(findings.reason));
  verdict.password_length = findings.password_length;
  return verdict;
}

}  // namespace

Outcome run_login(Hearing& hearing) {
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  const Person* person = found && *found ? &**found : nullptr;
  if (person != nullptr) hearing.event.person = person->name;

  const Decision decision = judge_and_note(hearing, found, hearing.request.proven);
  if (decision.kind == Decision::Kind::observed) return observe(hearing, decision, found);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  note_held(hearing.event, decision);
  if (decision.kind == Decision::Kind::denied)
    return VerdictResult::deny(PAM_PERM_DENIED, decision.reason,
                               decision.rule != nullptr ? decision.rule->deny_text : "");
  if (decision.kind == Decision::Kind::satisfied) {
    if (person == nullptr) return mismatch("there is no such account");
    return VerdictResult::accept(decision.reason);
  }

  note_asked(hearing.event, decision.missing);
  auto answers = has_one_field(hearing, decision)
                     ? ask_in_one(decision.missing, hearing.dialogue, hearing.ports)
                     : ask_for_all(decision.missing, hearing.dialogue, hearing.ports);
  if (!answers) return std::unexpected(answers.error());

  const std::string& user = person != nullptr ? person->name : hearing.request.user;
  if (const auto apart = take_apart(*answers, user, hearing.ports.store); !apart)
    return internal_failure("an answer could not be taken apart: " + apart.error().message);
  auto findings = check_all(*answers, user, hearing.dialogue.deadline(), hearing.ports);
  if (!findings)
    return internal_failure("a factor could not be checked: " + findings.error().message);
  std::ranges::copy(findings->held, std::back_inserter(hearing.event.held));
  if (person == nullptr) return mismatch("there is no such account");
  if (!findings->all_held) return mismatch(std::move(findings->reason));
  return commit(hearing, std::move(*findings));
}

}  // namespace usher
