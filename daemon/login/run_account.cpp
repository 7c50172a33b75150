// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "daemon/login/hearing.h"

namespace usher {
namespace {

VerdictResult refused(std::string reason, std::string text = {}) {
  return VerdictResult::deny(PAM_PERM_DENIED, std::move(reason), std::move(text));
}

/// sshd verifies keys, GSSAPI and host keys itself, then calls no `authenticate` and does not say
/// here which it was. This is the best it can have been.
const std::array kAtBest = {
    Proof{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "not told yet"}};

}  // namespace

Outcome run_account(Hearing& hearing) {
  const Request& request = hearing.request;
  const auto found = hearing.ports.host.find_user(request.user);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  if (!*found) return refused("there is no such account");
  const Person& person = **found;
  hearing.event.person = person.name;

  const bool self_verifying = lists(hearing.rules.services.self_verifying, request.service);
  const Decision decision = self_verifying ? judge_and_note(hearing, &person, kAtBest)
                                           : judge_and_note(hearing, &person, request.proven);
  if (decision.kind == Decision::Kind::denied)
    return refused(decision.reason, decision.rule != nullptr ? decision.rule->deny_text : "");

  if (hearing.ports.transactions.take_for_account(request, person.name,
                                                  hearing.ports.clock.boot_microseconds()))
    return VerdictResult::accept("authenticated by Usher in this transaction");
  if (self_verifying && decision.kind == Decision::Kind::satisfied)
    return VerdictResult::accept(
        "a public key would satisfy the rule; open_session decides, once it is told what was "
        "verified");
  if (self_verifying)
    return refused(fmt::format("{} let somebody in by itself, and even with a public key {}",
                               request.service, decision.reason));
  if (decision.rule->strict_account)
    return refused(
        fmt::format("{} skipped authentication, and account = \"strict\" of rule \"{}\" "
                    "does not allow that",
                    request.service, decision.rule->name));
  return VerdictResult::accept("authentication was the calling program's own");
}

}  // namespace usher
