// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "daemon/login/group_facts.h"
#include "daemon/policy/rule_index.h"

namespace usher {
namespace {

/// A login program that init or a daemon started says itself where it is.
bool is_believed_about_tty(const Request& request, const RuleSet& rules) {
  return request.caller.trusted && request.caller.person == 0 &&
         names_own_terminal(rules.services, request.service);
}

Judged judged_by(const Facts& facts, const GroupFacts& groups, const Decision& decision) {
  Judged judged;
  if (groups.person) judged.groups = groups.person->groups;
  judged.unresolved = groups.unresolved;
  judged.given.assign(facts.proven.begin(), facts.proven.end());
  judged.tty_believed = facts.tty.has_value();
  judged.person_known = facts.person_known;
  judged.kind = decision.kind;
  judged.would = decision.would;
  judged.missing = decision.missing;
  return judged;
}

/// Whether the store holds a code of theirs; what can't be told counts as yes, since nobody is kept
/// out by it.
bool may_have_code(Hearing& hearing, const LookedUp& account) {
  if (!account || !*account) return true;
  const auto codes = hearing.ports.store.list_otp((*account)->name);
  return !codes || !codes->empty();
}

bool is_code_alone(const Requirement& requirement) {
  return requirement.any_of.size() == 1 && requirement.any_of.front() == Factor::otp;
}

}  // namespace

Decision judge_and_note(Hearing& hearing, const LookedUp& account, std::span<const Proof> proven) {
  const Request& request = hearing.request;
  const Person* person = account && *account ? &**account : nullptr;
  const GroupFacts groups = look_up_groups(hearing.index.group_names(), person, hearing.ports.host);
  Facts facts{.service = request.service,
              .source = Source::of(request.rhost),
              .tty = std::nullopt,
              .now = hearing.event.time_microseconds / kMicrosecondsPerSecond,
              .person_known = account.has_value(),
              .person = groups.person ? &*groups.person : nullptr,
              .unresolved_groups = groups.unresolved,
              .proven = proven};
  if (is_believed_about_tty(request, hearing.rules)) facts.tty = request.tty;
  Decision decision = judge(hearing.index, facts);
  if (decision.rule != nullptr) {
    hearing.event.rule = decision.rule->name;
    hearing.event.rule_at = decision.rule->at;
  }
  hearing.event.judged = judged_by(facts, groups, decision);
  return decision;
}

std::vector<std::string> factor_words(const AuditEvent& event) {
  std::vector<std::string> words;
  for (const Factor factor : event.held) {
    const auto before = std::ranges::find(event.before, factor, &Proof::factor);
    std::string word(name_of(factor));
    if (before != event.before.end() && before->by == ProvenBy::session) word += " (reused)";
    if (before != event.before.end() && before->by == ProvenBy::stack) word += " (stack)";
    words.push_back(std::move(word));
  }
  return words;
}

void note_held(AuditEvent& event, const Decision& decision) {
  for (const Decision::Satisfied& satisfied : decision.proven) {
    event.held.push_back(satisfied.by.factor);
    event.before.push_back(satisfied.by);
  }
}

VerdictResult observe(Hearing& hearing, const Decision& decision, const LookedUp& account) {
  note_held(hearing.event, decision);
  std::string reason = decision.reason + ", but only observes";
  if (!may_have_code(hearing, account))
    for (const Requirement& requirement : decision.missing)
      if (is_code_alone(requirement)) hearing.event.judged->lacks.push_back(requirement);
  if (!hearing.event.judged->lacks.empty()) reason += "; there is no code to ask for";
  return VerdictResult::ignore(std::move(reason));
}

}  // namespace usher
