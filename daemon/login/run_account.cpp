// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"

namespace usher {
namespace {

VerdictResult refused_account(std::string reason, std::string text = {}) {
  return VerdictResult::deny(PAM_PERM_DENIED, std::move(reason), std::move(text));
}

/// sshd verifies keys, GSSAPI and host keys itself, then calls no `authenticate` and does not say
/// here which it was. This is the best it can have been.
const std::array kAtBest = {
    Proof{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "not told yet"}};

/// How /etc/shadow has the account stand. What it says of a password's age concerns nobody who has
/// an Usher password.
Result<AccountState> state_of(const Person& person, Hearing& hearing) {
  const auto state = hearing.ports.keeper.account_state(person.name, hearing.dialogue.deadline());
  if (!state) return std::unexpected(state.error());
  if (*state != AccountState::password_expired && *state != AccountState::must_change)
    return *state;
  const auto own = hearing.ports.store.password_hash(person.name);
  if (!own) return std::unexpected(own.error());
  return own->has_value() ? AccountState::ok : *state;
}

/// What the rules make of it. sshd and its like may have verified a key.
Decision decision_on(Hearing& hearing, const LookedUp& account) {
  const Request& request = hearing.request;
  return lists(hearing.rules.services.self_verifying, request.service)
             ? judge_and_note(hearing, account, kAtBest)
             : judge_and_note(hearing, account, request.proven);
}

/// What comes of that, and whether somebody logs in: was just authenticated, or comes by a
/// program that verifies people itself.
struct Judgement {
  VerdictResult verdict;
  bool authenticated = false;
  bool logs_in = false;
  /// By what an administrator gave out, which changes no credentials.
  bool was_helped = false;
};

bool is_given_out(const EarnedProof& proof) {
  return proof.factor == Factor::breakglass || proof.factor == Factor::bypass;
}

Judgement judge_account(Hearing& hearing, const Person& person, const Decision& decision) {
  const Request& request = hearing.request;
  const bool self_verifying = lists(hearing.rules.services.self_verifying, request.service);
  if (decision.kind == Decision::Kind::denied)
    return {
        refused_account(decision.reason, decision.rule != nullptr ? decision.rule->deny_text : "")};

  const auto authenticated = hearing.ports.transactions.take_for_account(
      request, person.name, hearing.ports.clock.boot_microseconds());
  if (authenticated && hearing.ports.sessions.is_over_by_hand(authenticated->session))
    return {refused_account("the session that this was proven in was ended meanwhile")};
  if (authenticated)
    return {.verdict = VerdictResult::accept("authenticated by Usher in this transaction"),
            .authenticated = true,
            .logs_in = true,
            .was_helped = std::ranges::any_of(authenticated->proofs, is_given_out)};
  // Else a prompt of another module's, left open since then, would get somebody past the rule.
  if (hearing.ports.transactions.was_observed(request))
    return {refused_account("this login was only observed when it began, and is not any more")};
  if (self_verifying && decision.kind == Decision::Kind::satisfied)
    return {.verdict = VerdictResult::accept("a public key would satisfy the rule; open_session "
                                             "decides, once it is told what was verified"),
            .logs_in = true};
  if (self_verifying)
    return {
        refused_account(fmt::format("{} let somebody in by itself, and even with a public key {}",
                                    request.service, decision.reason))};
  if (decision.rule->strict_account)
    return {
        refused_account(fmt::format("{} skipped authentication, and account = \"strict\" of rule "
                                    "\"{}\" does not allow that",
                                    request.service, decision.rule->name))};
  return {VerdictResult::accept("authentication was the calling program's own")};
}

/// Whom a keeper that does not answer keeps out: all but those whom Usher has just authenticated,
/// and those whose password is Usher's own, so that its trouble is not everybody's.
bool may_do_without_state(const Judgement& judged, const Person& person, Store& store) {
  if (judged.authenticated) return true;
  const auto own = store.password_hash(person.name);
  return own && own->has_value();
}

/// Whether this login is to end with another Usher password. Jobs and root's su log nobody in, a
/// screen locker can't change any, and whoever was helped in could not either.
Result<bool> must_change(const Judgement& judged, const Person& person, Hearing& hearing) {
  if (!judged.logs_in || judged.was_helped || !hearing.request.caller.trusted) return false;
  return hearing.ports.store.must_change_password(person.name);
}

void demand_change(VerdictResult& verdict) {
  verdict.pam_code = PAM_NEW_AUTHTOK_REQD;
  verdict.reason += "; the password must be changed first";
}

}  // namespace

Outcome run_account(Hearing& hearing) {
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  const Decision decision = decision_on(hearing, found);
  // Whoever comes this far has an account with the program: a name service that says otherwise must
  // not take them past the rules about it.
  if (found && !*found) return refused_account("there is no such account");
  if (decision.kind == Decision::Kind::observed) return observe(hearing, decision, found);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  const Person& person = **found;

  Judgement judged = judge_account(hearing, person, decision);
  if (!judged.verdict.accepted) return std::move(judged.verdict);
  const auto own = must_change(judged, person, hearing);
  if (!own) return internal_failure(own.error().message);
  if (*own) demand_change(judged.verdict);
  const auto state = state_of(person, hearing);
  if (!state) {
    const std::string trouble =
        "how the account stands could not be found out: " + state.error().message;
    if (!may_do_without_state(judged, person, hearing.ports.store))
      return internal_failure(trouble);
    judged.verdict.reason += "; " + trouble;
    return std::move(judged.verdict);
  }
  if (is_closed(*state, judged.logs_in))
    return VerdictResult::deny(PAM_ACCT_EXPIRED,
                               fmt::format("/etc/shadow closes the account: {}", name_of(*state)));
  if (*state == AccountState::must_change) demand_change(judged.verdict);
  return std::move(judged.verdict);
}

}  // namespace usher
