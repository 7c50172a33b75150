// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"

namespace usher {
namespace {

VerdictResult refused_session(std::string reason) {
  return VerdictResult::deny(PAM_SESSION_ERR, std::move(reason));
}

}  // namespace

Outcome run_open_session(Hearing& hearing) {
  const Request& request = hearing.request;
  const auto found = hearing.ports.host.find_user(request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  const Decision decision = judge_and_note(hearing, found, request.proven);
  if (found && !*found) return refused_session("there is no such account");
  if (decision.kind == Decision::Kind::observed) return observe(hearing, decision, found);
  if (!found)
    return refused_session("the account could not be looked up: " + found.error().message);

  const bool authenticated = hearing.ports.transactions.take_for_session(
      request, (*found)->name, hearing.ports.clock.boot_microseconds());
  if (authenticated) return VerdictResult::accept("authenticated by Usher in this transaction");
  if (!lists(hearing.rules.services.self_verifying, request.service))
    return VerdictResult::accept("authentication was the calling program's own");

  // Only now does sshd say what it verified; the account phase could but hope for the best.
  note_held(hearing.event, decision);
  if (decision.kind == Decision::Kind::satisfied)
    return VerdictResult::accept("what the program verified satisfies the rule");
  return refused_session(decision.reason);
}

Outcome run_close_session(Hearing& hearing) {
  // Whoever is gone from the system's databases meanwhile has closed a session all the same.
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  return VerdictResult::accept("closed by the program");
}

}  // namespace usher
