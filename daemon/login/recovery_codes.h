// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Makes `user` new recovery codes and shows them, once, until the person says that they have them.
/// What is returned puts them in place of those they had; nothing has changed before that is
/// committed, so a terminal that closes half-way leaves the old ones good.
[[nodiscard]] std::expected<Result<AddLookupSecrets>, DialogueEnd> hand_out_recovery_codes(
    Hearing& hearing, const std::string& user);

}  // namespace usher
