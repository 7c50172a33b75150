// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "daemon/login/change_password.h"
#include "daemon/login/commit_change.h"
#include "daemon/login/enrol_otp.h"
#include "daemon/login/hearing.h"
#include "daemon/login/prove_oneself.h"

namespace usher {
namespace {

Outcome remove_otp(Hearing& hearing, const std::string& user) {
  const std::string& label = hearing.request.manage.label;
  return commit_change(
      hearing, RemoveOtp{.user = user, .label = label},
      fmt::format("code \"{}\" of {} removed", label, user),
      fmt::format("{} has no code named \"{}\": `usherctl otp list` shows the names{}", user, label,
                  hearing.proven_credentials ? "; or a credential changed meanwhile" : ""));
}

struct Operation {
  std::string_view name;
  Outcome (*run)(Hearing&, const std::string& user);
};
constexpr std::array kOperations = {
    Operation{"password.set", set_password},
    Operation{"password.expire", expire_password},
    Operation{"otp.add", enrol_otp},
    Operation{"otp.remove", remove_otp},
};

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
    if (!hearing.request.caller.trusted) {
      Outcome proven = prove_oneself(hearing, user);
      if (!proven || !proven->accepted) return proven;
    }
    return operation.run(hearing, user);
  }
  return refused_change(
      fmt::format("\"{}\" is no operation of this version", hearing.request.manage.operation));
}

}  // namespace usher
