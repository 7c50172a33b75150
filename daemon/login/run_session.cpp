// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/audit/event_json.h"
#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"
#include "daemon/login/standing.h"

namespace usher {
namespace {

using Authenticated = Transactions::Authenticated;

VerdictResult refused_session(std::string reason) {
  return VerdictResult::deny(PAM_SESSION_ERR, std::move(reason));
}

bool verifies_itself(const Hearing& hearing) {
  return lists(hearing.rules.services.self_verifying, hearing.request.service);
}

/// What sshd says now that it verified.
std::vector<EarnedProof> proven_to_program(const Hearing& hearing, const Person& person) {
  std::vector<EarnedProof> proofs;
  if (!verifies_itself(hearing)) return proofs;
  const Clock& clock = hearing.ports.clock;
  for (const Proof& proof : hearing.request.proven)
    proofs.push_back({.user = person.name,
                      .for_uid = person.uid,
                      .factor = proof.factor,
                      .by = proof.by,
                      .tie = {},
                      .boot_at = clock.boot_microseconds(),
                      .wall_at = clock.wall_microseconds() / kMicrosecondsPerSecond});
  return proofs;
}

/// What the session begins with: what was earned for it, and what the program verified.
std::vector<EarnedProof> all_proofs(const Hearing& hearing, const Person& person,
                                    const Authenticated& authenticated) {
  std::vector<EarnedProof> proofs = authenticated.proofs;
  for (EarnedProof& proof : proofs) proof.for_uid = person.uid;
  for (EarnedProof& proof : proven_to_program(hearing, person))
    if (std::ranges::find(proofs, proof.factor, &EarnedProof::factor) == proofs.end())
      proofs.push_back(std::move(proof));
  return proofs;
}

std::vector<std::string> all_factors(const Hearing& hearing, const Authenticated& authenticated,
                                     const std::vector<EarnedProof>& proofs) {
  std::vector<std::string> factors = authenticated.factors;
  for (const EarnedProof& proof : proofs)
    if (std::ranges::find(factors, name_of(proof.factor)) == factors.end())
      factors.emplace_back(name_of(proof.factor));
  if (!factors.empty()) return factors;
  // sudo was proven who asks for it, and begins the session of who they become.
  const auto latest = hearing.ports.transactions.latest_of(hearing.request,
                                                           hearing.ports.clock.boot_microseconds());
  return latest ? latest->factors : factors;
}

/// The session in which that was proven by which this one begins, of whomever.
std::string proven_in(const Hearing& hearing, const Authenticated& authenticated) {
  if (!authenticated.session.empty()) return authenticated.session;
  const auto latest = hearing.ports.transactions.latest_of(hearing.request,
                                                           hearing.ports.clock.boot_microseconds());
  return latest ? latest->session : std::string();
}

/// Enters the session into the register, unless it is one of those that nobody logs in by.
/// Adds to `reason` where nobody is kept out though it is not entered.
Result<void> begin(Hearing& hearing, const Person& person, const Decision& decision,
                   const Authenticated& authenticated, std::string& reason) {
  const Request& request = hearing.request;
  if (lists(hearing.rules.services.not_logins, request.service)) {
    hearing.ports.sessions.set_apart(request.caller.process());
    return {};
  }
  // Where the machine hides its processes (hidepid of proc(5)), nobody could ever stand in it.
  if (!request.caller.process().known() || !hearing.ports.sessions.works()) {
    reason += "; it is not in the register, which can't tell its process for certain";
    return {};
  }
  const bool observed = decision.kind == Decision::Kind::observed;
  // Under a rule that only observes, nothing that was said is worth anything later.
  std::vector<EarnedProof> proofs = all_proofs(hearing, person, authenticated);
  std::vector<std::string> factors = all_factors(hearing, authenticated, proofs);
  if (observed) proofs.clear();
  const auto opened = hearing.ports.sessions.open(
      {.user = person.name,
       .uid = person.uid,
       .service = request.service,
       .rhost = request.rhost,
       .tty = request.tty,
       .ruser = request.ruser,
       .anchor = request.caller.process(),
       .rule = decision.rule != nullptr ? decision.rule->name : std::string(),
       .rule_at = decision.rule != nullptr ? place_of(decision.rule->at) : std::string(),
       .observed = observed,
       .factors = std::move(factors)},
      std::move(proofs),
      {.inside = lists(hearing.rules.services.started_inside, request.service),
       .proven_in = proven_in(hearing, authenticated)});
  if (!opened) return std::unexpected(opened.error());
  hearing.event.session = opened->id;
  return {};
}

VerdictResult begin_observed(Hearing& hearing, const Decision& decision, const LookedUp& found) {
  VerdictResult verdict = observe(hearing, decision, found);
  if (!found || !*found) return verdict;
  const auto begun = begin(hearing, **found, decision, {}, verdict.reason);
  if (!begun) verdict.reason += "; it is not in the register: " + begun.error().message;
  return verdict;
}

/// What lets in whom a rule that counts decides about.
VerdictResult admit(Hearing& hearing, const Decision& decision,
                    const std::optional<Authenticated>& authenticated) {
  if (authenticated) return VerdictResult::accept("authenticated by Usher in this transaction");
  if (!verifies_itself(hearing))
    return VerdictResult::accept("authentication was the calling program's own");
  // Only now does sshd say what it verified; the account phase could but hope for the best.
  note_held(hearing.event, decision);
  if (decision.kind == Decision::Kind::satisfied)
    return VerdictResult::accept("what the program verified satisfies the rule");
  return refused_session(decision.reason);
}

}  // namespace

Outcome run_open_session(Hearing& hearing) {
  const Request& request = hearing.request;
  const auto found = hearing.ports.host.find_user(request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  const Decision decision = judge_and_note(hearing, found, request.proven);
  if (found && !*found) return refused_session("there is no such account");
  if (decision.kind == Decision::Kind::observed) return begin_observed(hearing, decision, found);
  if (!found)
    return refused_session("the account could not be looked up: " + found.error().message);

  const auto authenticated = hearing.ports.transactions.take_for_session(
      request, (*found)->name, hearing.ports.clock.boot_microseconds());
  VerdictResult verdict = admit(hearing, decision, authenticated);
  if (!verdict.accepted) return verdict;
  const auto begun =
      begin(hearing, **found, decision, authenticated.value_or(Authenticated{}), verdict.reason);
  if (!begun) return internal_failure(begun.error().message);
  return verdict;
}

Outcome run_close_session(Hearing& hearing) {
  // Whoever is gone from the system's databases meanwhile has closed a session all the same.
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  const auto closed =
      hearing.ports.sessions.close(hearing.request.caller.process(), hearing.request.service);
  if (closed) hearing.event.session = closed->id;
  return VerdictResult::accept("closed by the program");
}

}  // namespace usher
