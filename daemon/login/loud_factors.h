// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/login/hearing.h"
#include "daemon/login/questions.h"

namespace usher {

/// What `user`, a canonical name, is to be told of at their next login, to be committed with the
/// use itself: that a recovery code, a bypass or a break-glass secret was used, where, and how many
/// codes are left. Nothing for the factors of every day.
[[nodiscard]] std::vector<Effect> notices_of_use(Hearing& hearing, const std::string& user,
                                                 std::span<const HeldFactor> held);

/// A bypass stands for a code, beside something that is the person's own: by itself it would make
/// whoever issued it anybody they like. `held`: all that was proven for the login.
[[nodiscard]] bool is_bypass_alone(std::span<const Factor> held);

/// The event of a login in which something was used, or tried, that is for emergencies; `usual`
/// where nothing was.
[[nodiscard]] EventKind loud_kind(const Hearing& hearing, bool accepted, EventKind usual);

}  // namespace usher
