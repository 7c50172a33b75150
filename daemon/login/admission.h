// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "daemon/host/host.h"
#include "daemon/model/request.h"
#include "daemon/model/rule.h"

namespace usher {

/// Why this caller may not ask this; none where it may. A trusted caller may ask anything. Anyone
/// else may change their own credentials and, for the services of screen lockers, prove themselves;
/// an administrator (`admins`) may help other people, once they have proven themselves.
/// The name is compared with what the system says of the peer's uid, never with what the peer says;
/// a look-up that fails refuses.
[[nodiscard]] std::optional<std::string> reason_to_refuse(const Request& request,
                                                          const RuleSet& rules, Host& host);

}  // namespace usher
