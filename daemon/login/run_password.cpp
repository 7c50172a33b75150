// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"

namespace usher {

Outcome run_password(Hearing& hearing) {
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  const Decision decision = judge_and_note(hearing, found, hearing.request.proven);
  if (decision.kind == Decision::Kind::observed) return observe(hearing, decision, found);
  return VerdictResult::deny(PAM_AUTHTOK_ERR,
                             "passwords are not changed through PAM by this version: use "
                             "`usherctl password set`");
}

}  // namespace usher
