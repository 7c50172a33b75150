// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/login/hearing.h"

namespace usher {

Outcome run_account(Hearing& hearing) {
  const Request& request = hearing.request;
  const auto found = hearing.ports.host.find_user(request.user);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  if (!*found) return VerdictResult::deny(PAM_PERM_DENIED, "there is no such account");
  hearing.event.person = (*found)->name;

  const Decision decision = judge_and_note(hearing, &**found);
  if (decision.kind == Decision::Kind::denied)
    return VerdictResult::deny(PAM_PERM_DENIED, decision.reason,
                               decision.rule != nullptr ? decision.rule->deny_text : "");

  if (hearing.ports.transactions.take_success(request, (*found)->name,
                                              hearing.ports.clock.boot_microseconds()))
    return VerdictResult::accept("authenticated by Usher in this transaction");

  // sshd verifies keys, GSSAPI and host keys itself, then calls no `authenticate` and does not say
  // here which it was. Nothing it could have verified is known to satisfy the rule.
  if (std::ranges::find(hearing.rules.self_verifying, request.service) !=
      hearing.rules.self_verifying.end())
    return VerdictResult::deny(
        PAM_PERM_DENIED, request.service + " let somebody in by itself, past the rule's factors");
  return VerdictResult::accept("authentication was the calling program's own");
}

}  // namespace usher
