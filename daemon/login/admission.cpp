// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/admission.h"

#include <fmt/format.h>

#include "daemon/login/administrators.h"

namespace usher {
namespace {

/// A screen locker opens no session: nobody but root may make one up.
bool is_for_everybody(const Request& request, const RuleSet& rules) {
  switch (request.phase) {
    case Phase::manage:
      return true;
    case Phase::authenticate:
    case Phase::account:
      return lists(rules.services.screen_lockers, request.service);
    case Phase::password:
    case Phase::open_session:
    case Phase::close_session:
      return false;
  }
  return false;
}

}  // namespace

std::optional<std::string> reason_to_refuse(const Request& request, const RuleSet& rules,
                                            Host& host) {
  if (request.caller.trusted) return std::nullopt;
  const uid_t uid = request.caller.uid;
  if (!is_for_everybody(request, rules))
    return fmt::format("uid {} is not root, and \"{}\" is no screen locker's service of this phase",
                       uid, request.service);
  const auto peer = host.find_user(uid);
  if (!peer) return fmt::format("uid {} could not be looked up: {}", uid, peer.error().message);
  if (!*peer) return fmt::format("uid {} has no account", uid);
  if ((*peer)->name == request.user) return std::nullopt;
  if (is_help(request) && is_administrator(**peer, rules.admins, host) == Match::yes)
    return std::nullopt;
  return fmt::format("{} asked about \"{}\"", (*peer)->name, request.user);
}

}  // namespace usher
