// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "daemon/host/host.h"
#include "daemon/login/hearing.h"
#include "daemon/model/decision.h"
#include "daemon/model/person.h"
#include "daemon/model/request.h"
#include "daemon/model/rule.h"

namespace usher {

/// Whether `person` is one of `admins`; unknown where a group that is named there can't be found,
/// since they may be in it.
[[nodiscard]] Match is_administrator(const Person& person, const Administrators& admins,
                                     Host& host);

/// Whether this is what administrators may do for other people.
[[nodiscard]] bool is_help(const Request& request);

/// Why `helper`, who is an administrator and not root, may not help `person`; none where they may.
/// Never themselves (a stolen password would do away with the code), nor root, a break-glass
/// account or another administrator: the help desk must not become more than it is.
[[nodiscard]] Result<std::optional<std::string>> reason_not_to_help(Hearing& hearing,
                                                                    const Person& helper,
                                                                    const Person& person);

/// The canonical name of whose process asks, as the kernel tells it; "uid 4242" where it has none.
[[nodiscard]] std::string name_of_caller(Hearing& hearing);

}  // namespace usher
