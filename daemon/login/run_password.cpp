// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <security/pam_modules.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/login/change_password.h"
#include "daemon/login/hearing.h"
#include "daemon/login/judging.h"
#include "daemon/login/prove_oneself.h"

namespace usher {
namespace {

/// The two steps of pam_chauthtok(3): may it be changed, and the change.
enum class Step : std::uint8_t { preliminary = 1, update };

std::optional<Step> step_of(std::uint32_t flags) {
  const bool preliminary = (flags & PAM_PRELIM_CHECK) != 0;
  const bool update = (flags & PAM_UPDATE_AUTHTOK) != 0;
  if (preliminary == update) return std::nullopt;
  return preliminary ? Step::preliminary : Step::update;
}

/// Whether the program wants only what has to be changed, as sshd, su and login do once `account`
/// said so.
bool is_forced(const Request& request) {
  return (request.pam_flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0;
}

/// The stack's next module changes what there is.
VerdictResult not_ours(std::string reason) {
  VerdictResult verdict = VerdictResult::ignore(std::move(reason));
  verdict.needs_no_line = true;
  return verdict;
}

/// Who wants the change.
struct Asker {
  ChosenBy by{};
  /// What this very transaction has proven of the person already: a code can't be given twice.
  std::vector<EarnedProof> proven;
};

/// None where nobody may who is not the person or root. Programs that are root by their owner, as
/// passwd and su are, have the real uid of who started them; sshd and login have root's whoever it
/// is, and come here for what is expired alone.
std::optional<Asker> asker_of(Hearing& hearing, const Person& person) {
  const Request& request = hearing.request;
  if (is_forced(request)) {
    auto authenticated =
        hearing.ports.transactions.latest_of(request, hearing.ports.clock.boot_microseconds());
    if (authenticated && authenticated->user == person.name)
      return Asker{.by = ChosenBy::person, .proven = std::move(authenticated->proofs)};
  }
  if (request.real_uid == 0 && !is_forced(request))
    return Asker{.by = ChosenBy::administrator, .proven = {}};
  if (request.real_uid == person.uid || request.real_uid == 0)
    return Asker{.by = ChosenBy::person, .proven = {}};
  return std::nullopt;
}

/// What there is to change, and for whom: none where all is well so far.
Result<std::optional<VerdictResult>> reason_not_to_change(Hearing& hearing, const Person& person) {
  Store& store = hearing.ports.store;
  const auto own = store.password_hash(person.name);
  if (!own) return std::unexpected(own.error());
  if (!own->has_value()) return not_ours("there is no Usher password to change");
  if (!is_forced(hearing.request)) return std::nullopt;
  const auto must = store.must_change_password(person.name);
  if (!must) return std::unexpected(must.error());
  if (!*must) return not_ours("the Usher password need not be changed");
  return std::nullopt;
}

Outcome change(Hearing& hearing, const std::string& user, const Asker& asker) {
  if (asker.by == ChosenBy::person) {
    Outcome proven = prove_oneself(hearing, user, asker.proven);
    if (!proven || !proven->accepted) return proven;
  }
  return choose_password(hearing, user, asker.by);
}

}  // namespace

Outcome run_password(Hearing& hearing) {
  hearing.event.request.manage.operation = "password.set";
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (found && *found) hearing.event.person = (*found)->name;
  const Decision decision = judge_and_note(hearing, found, hearing.request.proven);
  if (decision.kind == Decision::Kind::observed) return observe(hearing, decision, found);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  if (!*found) return VerdictResult::deny(PAM_USER_UNKNOWN, "there is no such account");
  if (decision.kind == Decision::Kind::denied)
    return VerdictResult::deny(PAM_PERM_DENIED, decision.reason,
                               decision.rule != nullptr ? decision.rule->deny_text : "");
  const auto step = step_of(hearing.request.pam_flags);
  if (!step)
    return VerdictResult::deny(PAM_AUTHTOK_ERR, "the flags name neither step of a change, or both");

  const Person& person = **found;
  auto refusal = reason_not_to_change(hearing, person);
  if (!refusal) return internal_failure(refusal.error().message);
  if (*refusal) return std::move(**refusal);
  const auto asker = asker_of(hearing, person);
  if (!asker)
    return VerdictResult::deny(PAM_PERM_DENIED,
                               fmt::format("uid {} may not change the password of {}",
                                           hearing.request.real_uid, person.name),
                               "Root alone may change the password of somebody else.");
  if (*step == Step::update) return change(hearing, person.name, *asker);
  VerdictResult may = VerdictResult::accept("the password may be changed");
  may.needs_no_line = true;
  return may;
}

}  // namespace usher
