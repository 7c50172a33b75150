// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "daemon/policy/predicates.h"
#include "daemon/policy/rule_index.h"

namespace usher {
namespace {

using policy::Standing;
using policy::standing_of;
using policy::words_for;

/// The rule that decides, and how it stands to the request; none where all are ruled out.
using Found = std::optional<std::pair<const Rule*, Standing>>;

/// Calls `look(rule, standing)` with each rule up to the one that decides, and returns that one.
template <typename Look>
Found find_rule(const RuleSet& rules, const Facts& facts, Look look) {
  for (const Rule& rule : rules.rules) {
    const Standing standing = standing_of(rule, facts);
    look(rule, standing);
    if (standing.match != Match::no) return std::pair(&rule, standing);
  }
  return std::nullopt;
}

std::string spelled(const std::vector<Requirement>& requirements) {
  std::string text;
  for (const Requirement& requirement : requirements) {
    if (!text.empty()) text += " and ";
    text += spelled(requirement);
  }
  return text;
}

/// Whether the rule lets a proof of that age count that the session holds.
bool may_be_reused(const Proof& proof, const Rule& rule) {
  const auto window = std::ranges::find(rule.reuse, proof.factor, &ReuseWindow::factor);
  return window != rule.reuse.end() && proof.age && *proof.age >= 0 &&
         *proof.age <= std::int64_t{window->seconds};
}

bool counts(const Proof& proof, const Rule& rule, const RuleSet& rules, const Facts& facts) {
  switch (proof.by) {
    case ProvenBy::session:
      return may_be_reused(proof, rule);
    case ProvenBy::sshd:
      // sshd and its like verify people before they ask PAM, and say so in SSH_AUTH_INFO_0.
      // Elsewhere that variable is whatever the program was started with.
      return lists(rules.services.self_verifying, facts.service);
    case ProvenBy::usher:
    case ProvenBy::stack:
      return true;
  }
  return false;
}

/// The first that counts; what belongs to this request comes before what its session holds.
const Proof* proof_of(const Requirement& requirement, const Rule& rule, const RuleSet& rules,
                      const Facts& facts) {
  const Proof* held_by_session = nullptr;
  for (const Proof& proof : facts.proven) {
    const bool wanted =
        std::ranges::find(requirement.any_of, proof.factor) != requirement.any_of.end();
    if (!wanted || !counts(proof, rule, rules, facts)) continue;
    if (proof.by != ProvenBy::session) return &proof;
    if (held_by_session == nullptr) held_by_session = &proof;
  }
  return held_by_session;
}

/// What of the session counted, for the end of a sentence.
std::string reused_words(const Decision& decision) {
  std::string text;
  for (const Decision::Satisfied& satisfied : decision.proven) {
    if (satisfied.by.by != ProvenBy::session) continue;
    text += text.empty() ? "; its session holds " : " and ";
    text += fmt::format("{}, {} s old", name_of(satisfied.by.factor), satisfied.by.age.value_or(0));
  }
  return text;
}

bool can_be_met(const Requirement& requirement) {
  return std::ranges::any_of(requirement.any_of, can_be_asked);
}

/// What the rule that matched makes of what is proven.
void weigh(const RuleSet& rules, const Rule& rule, const Facts& facts, Decision& decision) {
  if (rule.deny || rule.require.empty()) {
    decision.reason = fmt::format("rule \"{}\" denies", rule.name);
    return;
  }
  for (const Requirement& requirement : rule.require) {
    if (const Proof* proof = proof_of(requirement, rule, rules, facts))
      decision.proven.push_back({.requirement = requirement, .by = *proof});
    else
      decision.missing.push_back(requirement);
  }
  if (decision.missing.empty()) {
    decision.kind = Decision::Kind::satisfied;
    decision.reason = fmt::format("rule \"{}\" is satisfied{}", rule.name, reused_words(decision));
    return;
  }
  // Asking for the rest would only tell a stranger what this machine wants.
  const auto hopeless = std::ranges::find_if_not(decision.missing, can_be_met);
  if (hopeless != decision.missing.end()) {
    decision.reason = fmt::format("rule \"{}\" wants {}, which was not proven to sshd", rule.name,
                                  spelled(*hopeless));
    return;
  }
  decision.kind = Decision::Kind::ask;
  decision.reason = fmt::format("rule \"{}\" wants {}{}", rule.name, spelled(decision.missing),
                                reused_words(decision));
}

/// What comes of the rule that was found, if one was.
Decision decide(const RuleSet& rules, const Facts& facts, const Found& found) {
  Decision decision;
  if (!found) {
    decision.reason = rules.rules.empty() ? "there are no rules, so nothing is allowed"
                                          : "no rule matches, so nothing is allowed";
    return decision;
  }
  const auto& [rule, standing] = *found;
  decision.rule = rule;
  if (standing.match == Match::yes) {
    weigh(rules, *rule, facts, decision);
    if (rule->observe) decision.would = std::exchange(decision.kind, Decision::Kind::observed);
    return decision;
  }
  // Also of a rule that only observes: what is not known to be meant by it must not pass by it.
  decision.reason = fmt::format("whether rule \"{}\" matches can't be known: {}", rule->name,
                                words_for(standing, *rule, facts));
  return decision;
}

}  // namespace

Decision judge(const RuleSet& rules, const Facts& facts) {
  return decide(rules, facts, find_rule(rules, facts, [](const Rule&, const Standing&) {}));
}

Decision judge(const RuleIndex& index, const Facts& facts) {
  return decide(index.rules(), facts, index.find_rule(facts));
}

Explanation explain(const RuleSet& rules, const Facts& facts) {
  Explanation explanation;
  const Found found = find_rule(rules, facts, [&](const Rule& rule, const Standing& standing) {
    explanation.traces.push_back(
        {.rule = &rule, .match = standing.match, .why = words_for(standing, rule, facts)});
  });
  explanation.decision = decide(rules, facts, found);
  return explanation;
}

}  // namespace usher
