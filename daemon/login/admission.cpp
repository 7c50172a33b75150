// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/admission.h"

#include <fmt/format.h>

namespace usher {

std::optional<std::string> reason_to_refuse(const Request& request, Host& host) {
  if (request.caller.trusted) return std::nullopt;
  const uid_t uid = request.caller.uid;
  if (request.phase != Phase::manage)
    return fmt::format("uid {} is not root and may not speak for a login program", uid);
  const auto peer = host.find_user(uid);
  if (!peer) return fmt::format("uid {} could not be looked up: {}", uid, peer.error().message);
  if (!*peer) return fmt::format("uid {} has no account", uid);
  if ((*peer)->name != request.user)
    return fmt::format("{} asked to change the credentials of \"{}\"", (*peer)->name, request.user);
  return std::nullopt;
}

}  // namespace usher
