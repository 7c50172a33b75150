// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/login/administrators.h"
#include "daemon/login/breakglass.h"
#include "daemon/login/bypass.h"
#include "daemon/login/change_password.h"
#include "daemon/login/commit_change.h"
#include "daemon/login/enrol_otp.h"
#include "daemon/login/hearing.h"
#include "daemon/login/prove_oneself.h"
#include "daemon/login/recovery_codes.h"
#include "daemon/login/rename_otp.h"

namespace usher {
namespace {

Outcome remove_otp(Hearing& hearing, const std::string& user) {
  const std::string& label = hearing.request.manage.label;
  std::vector<Effect> effects;
  effects.emplace_back(RemoveOtp{.user = user, .label = label});
  effects.emplace_back(LeaveNotice{
      .user = user, .text = fmt::format("the one-time code \"{}\" was removed", label)});
  return commit_change(
      hearing, std::move(effects), fmt::format("code \"{}\" of {} removed", label, user),
      fmt::format("{} has no code named \"{}\": `usherctl otp list` shows the names{}", user, label,
                  hearing.proven_credentials ? "; or a credential changed meanwhile" : ""));
}

Outcome renew_recovery_codes(Hearing& hearing, const std::string& user) {
  const auto codes = hearing.ports.store.list_otp(user);
  if (!codes) return internal_failure(codes.error().message);
  // Else whoever stole a password would have what rules take in place of a code.
  if (codes->empty() && !hearing.request.caller.trusted)
    return refused_change(
        "recovery codes stand in for a generator, and you have none: `usherctl otp add` adds one");
  auto added = hand_out_recovery_codes(hearing, user);
  if (!added) return std::unexpected(added.error());
  if (!*added) return internal_failure(added->error().message);
  std::vector<Effect> effects;
  effects.emplace_back(**std::move(added));
  effects.emplace_back(LeaveNotice{.user = user, .text = "recovery codes were made anew"});
  return commit_change(hearing, std::move(effects), "recovery codes made anew for " + user,
                       "a credential changed meanwhile: the codes before these still count");
}

Outcome reopen_enrolment(Hearing& hearing, const std::string& user) {
  std::vector<Effect> effects;
  effects.emplace_back(ReopenEnrolment{.user = user});
  effects.emplace_back(LeaveNotice{.user = user, .text = "you may enrol a code at a login again"});
  return commit_change(hearing, std::move(effects), "enrolment reopened for " + user,
                       "somebody else changed it at the same moment");
}

/// Who may; root may anything, of anybody.
enum class May : std::uint8_t {
  person = 1,  // whoever it is about, once they have proven themselves
  helper,      // administrators for others, once they have proven themselves
  root,
};

struct Operation {
  std::string_view name;
  May who;
  Outcome (*run)(Hearing&, const std::string& user);
};
constexpr std::array kOperations = {
    Operation{"password.set", May::person, set_password},
    Operation{"password.expire", May::root, expire_password},
    Operation{"otp.add", May::person, enrol_otp},
    Operation{"otp.rename", May::person, rename_otp},
    Operation{"otp.remove", May::person, remove_otp},
    Operation{"recovery.new", May::person, renew_recovery_codes},
    Operation{"enrol.reopen", May::root, reopen_enrolment},
    Operation{"bypass.issue", May::helper, issue_bypass},
    Operation{"bypass.revoke", May::helper, revoke_bypass},
    Operation{"breakglass.seal", May::root, seal_breakglass},
    Operation{"breakglass.revoke", May::root, revoke_breakglass},
    Operation{"breakglass.test", May::root, test_breakglass},
};

constexpr std::string_view kNeedsCode =
    "a password alone is not enough for this: add a code first, with `usherctl otp add`";

bool is_second_factor(Factor factor) { return factor == Factor::otp || factor == Factor::recovery; }

Result<bool> has_second_factor(const std::string& user, Store& store) {
  const auto codes = store.list_otp(user);
  if (!codes) return std::unexpected(codes.error());
  const auto recovery = recovery_codes_left(user, store);
  if (!recovery) return std::unexpected(recovery.error());
  return !codes->empty() || *recovery > 0;
}

/// The administrator proves that it is them, with a code too, before they are told anything of the
/// person. Whom they may help is looked at last: a prompt may have been open for long.
Outcome prove_helper(Hearing& hearing, const Person& person) {
  const auto found = hearing.ports.host.find_user(hearing.request.caller.uid);
  if (!found)
    return internal_failure("the caller could not be looked up: " + found.error().message);
  if (!*found) return refused_change("your uid has no account");
  const Person& helper = **found;
  hearing.event.request.ruser = helper.name;
  if (person.uid == helper.uid)
    return refused_change("nobody does this for themselves: ask another administrator");
  const auto state = hearing.ports.keeper.account_state(helper.name, hearing.dialogue.deadline());
  if (!state) return internal_failure(state.error().message);
  if (is_closed(*state, /*logs_in=*/true))
    return refused_change(fmt::format("/etc/shadow closes your account: {}", name_of(*state)));
  const auto may = has_second_factor(helper.name, hearing.ports.store);
  if (!may) return internal_failure(may.error().message);
  if (!*may) return refused_change(std::string(kNeedsCode));
  Outcome proven = prove_oneself(hearing, helper.name);
  if (!proven || !proven->accepted) return proven;
  // What they had may have become less since it was looked at.
  if (!std::ranges::any_of(hearing.event.held, is_second_factor))
    return refused_change(std::string(kNeedsCode));
  const auto against = reason_not_to_help(hearing, helper, person);
  if (!against) return internal_failure(against.error().message);
  if (*against) return refused_change(**against);
  return proven;
}

/// Whether the caller may, as far as that hangs on who they are.
Outcome admit(Hearing& hearing, const Operation& operation, const Person& person) {
  if (hearing.request.caller.trusted) return VerdictResult::accept("root");
  switch (operation.who) {
    case May::person:
      return prove_oneself(hearing, person.name);
    case May::helper:
      return prove_helper(hearing, person);
    case May::root:
      break;
  }
  return refused_change("only root may do this");
}

}  // namespace

Outcome run_manage(Hearing& hearing) {
  const auto found = hearing.ports.host.find_user(hearing.request.user);
  if (!found)
    return internal_failure("the account could not be looked up: " + found.error().message);
  if (!*found)
    return refused_change(
        fmt::format("there is no account \"{}\" on this machine", hearing.request.user));
  const std::string& user = (*found)->name;
  hearing.event.person = user;

  for (const Operation& operation : kOperations) {
    if (operation.name != hearing.request.manage.operation) continue;
    Outcome admitted = admit(hearing, operation, **found);
    if (!admitted || !admitted->accepted) return admitted;
    return operation.run(hearing, user);
  }
  return refused_change(
      fmt::format("\"{}\" is no operation of this version", hearing.request.manage.operation));
}

}  // namespace usher
