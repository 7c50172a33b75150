// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>
#include <string>

#include "daemon/config/text.h"
#include "daemon/review/doubts.h"

namespace usher::review {
namespace {

using config::Mention;
using config::ticked;

void look_for_user(Host& host, const Mention& user, Findings& findings) {
  const auto found = host.find_user(user.text);
  if (!found)
    findings.push_back(
        finding_at(Severity::warning, user.place,
                   fmt::format("whether there is a user {} can't be found out here: {}",
                               ticked(user.text), found.error().message),
                   "look at what nsswitch.conf(5) names under passwd"));
  else if (!*found)
    findings.push_back(finding_at(
        Severity::warning, user.place,
        fmt::format("there is no user {} on this machine", ticked(user.text)),
        "look at the spelling with `getent passwd`; a name that nobody has matches nobody"));
  else if ((*found)->name != user.text)
    findings.push_back(
        finding_at(Severity::warning, user.place,
                   fmt::format("the account {} is named {} here, and rules go by that",
                               ticked(user.text), ticked((*found)->name)),
                   fmt::format("write \"{}\"", (*found)->name)));
}

void look_for_group(Host& host, const Mention& group, Findings& findings) {
  const auto found = host.find_group(group.text);
  constexpr auto kEffect =
      "until then, a rule that names it denies whoever reaches it and is in none of its other "
      "groups";
  if (!found)
    findings.push_back(
        finding_at(Severity::warning, group.place,
                   fmt::format("whether there is a group {} can't be found out here: {}",
                               ticked(group.text), found.error().message),
                   kEffect));
  else if (!*found)
    findings.push_back(
        finding_at(Severity::warning, group.place,
                   fmt::format("there is no group {} on this machine", ticked(group.text)),
                   fmt::format("make it or take it out: {}", kEffect)));
}

/// A name once, wherever it stands first: name services may be slow.
template <typename Look>
void look_for_all(const std::vector<Mention>& mentions, std::set<std::string>& seen, Look look) {
  for (const Mention& mention : mentions)
    if (seen.insert(mention.text).second) look(mention);
}

}  // namespace

void find_missing_accounts(const config::Reading& reading, const Machine& machine,
                           Findings& findings) {
  std::set<std::string> users;
  std::set<std::string> groups;
  const auto user = [&](const Mention& each) { look_for_user(machine.host, each, findings); };
  const auto group = [&](const Mention& each) { look_for_group(machine.host, each, findings); };
  for (const config::WrittenRule& rule : reading.written.rules) {
    look_for_all(rule.named("user"), users, user);
    look_for_all(rule.named("group"), groups, group);
  }
  look_for_all(reading.written.set_users, users, user);
  look_for_all(reading.written.set_groups, groups, group);
}

}  // namespace usher::review
