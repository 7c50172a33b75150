// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/group_facts.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace usher {
namespace {

bool is_in(const Person& person, const NamedGroup& group) {
  return std::ranges::find(person.groups, group.gid, &Group::gid) != person.groups.end() ||
         std::ranges::find(group.members, person.name) != group.members.end();
}

}  // namespace

GroupFacts look_up_groups(std::span<const std::string_view> names, const Person* person,
                          Host& host) {
  const std::vector<GroupAnswer> groups = host.find_groups(names);
  GroupFacts facts;
  if (person != nullptr) facts.person = *person;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    const GroupAnswer& group = groups.at(i);
    if (!group || !*group)
      facts.unresolved.emplace_back(name);
    else if (facts.person && is_in(*facts.person, **group))
      facts.person->groups.push_back({.name = std::string(name), .gid = (*group)->gid});
  }
  return facts;
}

}  // namespace usher
