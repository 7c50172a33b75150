// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/administrators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "daemon/login/group_facts.h"

namespace usher {

Match is_administrator(const Person& person, const Administrators& admins, Host& host) {
  if (std::ranges::find(admins.users, person.name) != admins.users.end()) return Match::yes;
  if (admins.groups.empty()) return Match::no;
  const std::vector<std::string_view> names(admins.groups.begin(), admins.groups.end());
  const GroupFacts facts = look_up_groups(names, &person, host);
  const bool member = std::ranges::any_of(facts.person->groups, [&](const Group& group) {
    return std::ranges::find(names, group.name) != names.end();
  });
  if (member) return Match::yes;
  return facts.unresolved.empty() ? Match::no : Match::unknown;
}

bool is_help(const Request& request) {
  static constexpr std::array<std::string_view, 2> kHelp = {"bypass.issue", "bypass.revoke"};
  return request.phase == Phase::manage &&
         std::ranges::find(kHelp, request.manage.operation) != kHelp.end();
}

Result<std::optional<std::string>> reason_not_to_help(Hearing& hearing, const Person& helper,
                                                      const Person& person) {
  const Administrators& admins = hearing.rules.admins;
  if (is_administrator(helper, admins, hearing.ports.host) != Match::yes)
    return fmt::format("{} is not one of the administrators (`admins` in usher.toml)", helper.name);
  if (person.uid == helper.uid) return "nobody does this for themselves: ask another administrator";
  if (person.uid == 0) return fmt::format("{} is root: only root does this for root", person.name);
  switch (is_administrator(person, admins, hearing.ports.host)) {
    case Match::no:
      break;
    case Match::yes:
      return fmt::format("{} is an administrator too: only root does this for them", person.name);
    case Match::unknown:
      return fmt::format(
          "a group in `admins` could not be looked up, so {} may be an administrator", person.name);
  }
  const auto secrets = hearing.ports.store.lookup_secrets(person.name);
  if (!secrets) return std::unexpected(secrets.error());
  if (std::ranges::find(*secrets, LookupKind::breakglass, &LookupSecret::kind) != secrets->end())
    return fmt::format("{} is a break-glass account: only root does this for it", person.name);
  return std::nullopt;
}

std::string name_of_caller(Hearing& hearing) {
  const uid_t uid = hearing.request.caller.uid;
  const auto found = hearing.ports.host.find_user(uid);
  if (found && *found) return (*found)->name;
  return uid == 0 ? "root" : fmt::format("uid {}", uid);
}

}  // namespace usher
