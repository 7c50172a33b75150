// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/standing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/model/account_state.h"

namespace usher {
namespace {

bool may_stand_in_one(const Request& request, const RuleSet& rules) {
  constexpr auto kNobody = static_cast<uid_t>(-1);
  return request.caller.trusted && request.caller.person != 0 && request.caller.person != kNobody &&
         stands_where_it_was_started(request.service, request.rhost, rules.services);
}

bool lets_reuse(const RuleSet& rules) {
  return std::ranges::any_of(rules.rules, [](const Rule& rule) { return !rule.reuse.empty(); });
}

/// Whether the credential is still the one that was proven. What Usher keeps itself takes its
/// proofs along when it goes.
bool is_still_true(const EarnedProof& proof, const PasswordStanding& now) {
  return proof.tie.kind != ProofTie::Kind::system_password || now.mark == proof.tie.mark;
}

}  // namespace

bool counts_reused(const Decision& decision) {
  return std::ranges::any_of(decision.proven, [](const Decision::Satisfied& each) {
    return each.by.by == ProvenBy::session;
  });
}

bool stands_where_it_was_started(std::string_view service, std::string_view rhost,
                                 const ServiceTraits& traits) {
  return rhost.empty() && lists(traits.started_inside, service);
}

std::vector<EarnedProof> proofs_that_hold(const std::string& session, const Person& person,
                                          Store& store, Keeper& keeper, Deadline deadline) {
  auto proofs = store.proofs_of(session);
  if (!proofs) return {};
  std::erase_if(*proofs, [&](const EarnedProof& proof) {
    // What a module before ours verified is verified anew by that module.
    return proof.user != person.name || proof.by == ProvenBy::stack;
  });
  if (proofs->empty()) return {};
  const auto now = keeper.standing(person.name, deadline);
  if (!now || is_closed(now->state, /*logs_in=*/true)) return {};
  std::erase_if(*proofs, [&](const EarnedProof& proof) { return !is_still_true(proof, *now); });
  return std::move(*proofs);
}

Standing standing_of(Hearing& hearing, const Person* person) {
  Standing standing;
  const Request& request = hearing.request;
  if (!may_stand_in_one(request, hearing.rules)) return standing;
  auto session = hearing.ports.sessions.standing_of(request.caller.process());
  if (!session) return standing;
  standing.session = std::move(*session);
  standing.for_uid = request.caller.person;
  hearing.event.session = standing.session;
  if (person == nullptr) return standing;
  standing.user = person->name;
  standing.own = person->uid == standing.for_uid;
  // Nobody is asked for what no rule could make use of.
  if (!standing.own || !lets_reuse(hearing.rules) ||
      hearing.ports.sessions.is_guessed_in(standing.session))
    return standing;
  standing.held = proofs_that_hold(standing.session, *person, hearing.ports.store,
                                   hearing.ports.keeper, hearing.dialogue.deadline());
  std::erase_if(standing.held,
                [&](const EarnedProof& proof) { return proof.for_uid != standing.for_uid; });
  return standing;
}

bool stands_still(Hearing& hearing, const Person& person, const Standing& standing,
                  const Decision& decision) {
  if (!counts_reused(decision)) return true;
  const Standing now = standing_of(hearing, &person);
  return now.session == standing.session &&
         std::ranges::all_of(decision.proven, [&](const Decision::Satisfied& each) {
           return each.by.by != ProvenBy::session ||
                  std::ranges::find(now.held, each.by.factor, &EarnedProof::factor) !=
                      now.held.end();
         });
}

ForgetProofs forget_all_of(const Standing& standing) {
  return {.session = standing.session, .user = standing.user, .for_uid = standing.for_uid};
}

bool count_a_miss(Hearing& hearing, const Standing& standing, const Decision& decision) {
  if (!counts_reused(decision) || !hearing.ports.sessions.count_a_miss(standing.session))
    return false;
  const Effect forget =
      ForgetProofs{.session = standing.session, .user = standing.user, .for_uid = standing.for_uid};
  // Where that can't be written down, the register knows.
  static_cast<void>(hearing.ports.store.commit({&forget, 1}));
  return true;
}

std::vector<Proof> reusable_proofs(const Standing& standing, std::int64_t boot_microseconds) {
  std::vector<Proof> proofs;
  proofs.reserve(standing.held.size());
  for (const EarnedProof& held : standing.held)
    proofs.push_back({.factor = held.factor,
                      .by = ProvenBy::session,
                      .detail = standing.session,
                      .age = age_of(held, boot_microseconds)});
  return proofs;
}

std::vector<Effect> expect_reused(const Standing& standing, const Decision& decision,
                                  std::int64_t boot_microseconds) {
  std::vector<Effect> effects;
  for (const Decision::Satisfied& satisfied : decision.proven) {
    if (satisfied.by.by != ProvenBy::session) continue;
    // The factor of a rule's window that let it count.
    const auto window =
        std::ranges::find(decision.rule->reuse, satisfied.by.factor, &ReuseWindow::factor);
    const std::int64_t seconds = window == decision.rule->reuse.end() ? 0 : window->seconds;
    effects.emplace_back(
        ExpectProof{.session = standing.session,
                    .user = standing.user,
                    .for_uid = standing.for_uid,
                    .factor = satisfied.by.factor,
                    .since = boot_microseconds - seconds * kMicrosecondsPerSecond});
  }
  return effects;
}

}  // namespace usher
