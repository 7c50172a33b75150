// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/login/hearing.h"

namespace usher {

/// What `user` is to be told when this login succeeds, a line each; the effect that takes it off
/// the list is appended to `effects`. It is told at each login for three days: sshd shows it to
/// who has a terminal alone, and a thief must not be the only one to see it. Nothing for programs
/// that have no room for it, and nothing where it can't be read: nobody is kept out by it.
[[nodiscard]] std::string take_notices(Hearing& hearing, const std::string& user,
                                       std::vector<Effect>& effects);

}  // namespace usher
