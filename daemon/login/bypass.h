// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Makes a bypass for `user`, who has lost what makes their codes: a secret that stands for a code,
/// beside the password, for the services of the request, a time (1 s to 24 h; an hour unless it
/// says otherwise) and so many uses (1 to 20; one unless it says otherwise). It is shown once to
/// whoever asked for it, who tells the person; an earlier one of theirs is gone then.
[[nodiscard]] Outcome issue_bypass(Hearing& hearing, const std::string& user);

/// Takes it away again.
[[nodiscard]] Outcome revoke_bypass(Hearing& hearing, const std::string& user);

}  // namespace usher
