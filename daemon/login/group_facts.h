// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/host/host.h"
#include "daemon/model/person.h"

namespace usher {

/// What policy gets to know of groups.
struct GroupFacts {
  std::optional<Person> person;         // with every group of a rule that the account is in
  std::vector<std::string> unresolved;  // the rules' groups that could not be found
};

/// Looks up each group that a rule names (RuleIndex::group_names), for accounts that don't exist as
/// for those that do. The list of an account's groups alone is not enough: getgrouplist(3) leaves
/// out what a name service that is down would have said, and a rule for those groups would quietly
/// stop matching. A group that does not exist is unresolved too, since many name services answer so
/// when they are down.
[[nodiscard]] GroupFacts look_up_groups(std::span<const std::string_view> names,
                                        const Person* person, Host& host);

}  // namespace usher
