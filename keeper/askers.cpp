// SPDX-License-Identifier: Apache-2.0
#include "keeper/askers.h"

#include <fmt/format.h>

namespace usher {

Result<Askers> Askers::find(const std::string& user, Host& host, uid_t started_by) {
  const auto found = host.find_user(user);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    if (started_by != 0) return Askers(std::nullopt, started_by);
    return failure(
        fmt::format("there is no user \"{}\", as whom usherd would ask: make one, or set "
                    "[keeper] user",
                    user));
  }
  const Person& person = **found;
  if (person.groups.empty()) return failure(fmt::format("user \"{}\" is in no group", user));
  return Askers(User{.uid = person.uid, .gid = person.groups.front().gid}, started_by);
}

bool Askers::may_ask(uid_t uid) const noexcept {
  return uid == 0 || uid == started_by_ || (service_ && uid == service_->uid);
}

}  // namespace usher
