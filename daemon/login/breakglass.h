// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Makes `user` a break-glass account: a secret for an envelope, shown once, which stands for all
/// that a rule asks of them, until it expires (1 s to five years; a year unless the request says
/// otherwise). One that was sealed before is gone then.
[[nodiscard]] Outcome seal_breakglass(Hearing& hearing, const std::string& user);

/// The account is none any more.
[[nodiscard]] Outcome revoke_breakglass(Hearing& hearing, const std::string& user);

/// Asks for the secret and says whether it would let `user` in now: whether it is the right one and
/// still good, how the account stands, and where the rules let nobody in whatever is proven. Spends
/// and changes nothing.
[[nodiscard]] Outcome test_breakglass(Hearing& hearing, const std::string& user);

}  // namespace usher
