// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/login/hearing.h"

namespace usher {

/// What `user` is to be told when this login succeeds, a line each; the effect that takes it off
/// the list is appended to `effects`. sshd and its like show it to who has a terminal alone, and
/// don't say who has: there it is told at each login for three days. Nothing for programs that have
/// no room for it, which leave it for the next, and nothing where it can't be read: nobody is kept
/// out by it.
[[nodiscard]] std::string take_notices(Hearing& hearing, const std::string& user,
                                       std::vector<Effect>& effects);

}  // namespace usher
