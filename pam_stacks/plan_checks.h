// SPDX-License-Identifier: Apache-2.0
// What stands in the way of a plan, and what an administrator has to know of it.
#pragma once

#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/plan.h"

namespace usher::pam_stacks {

/// No file of the changes is a link, which is another program's.
[[nodiscard]] Result<void> check_links(const std::vector<FileChange>& changes);

/// With one type alone asking, what another checks would be passed over.
/// `believes`: the service believes what its program verified, so each type has to be there.
[[nodiscard]] Result<void> check_types(const Stacks& stacks, const std::string& service,
                                       bool believes);

/// All that is to be said of the services that a plan changes; an Error where one of them would ask
/// twice, pass over a type, or believe a person's own file.
[[nodiscard]] Result<std::vector<std::string>> remarks_on(
    const Plan& plan, const std::vector<std::string>& self_verifying);

}  // namespace usher::pam_stacks
