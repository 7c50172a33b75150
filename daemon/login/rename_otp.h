// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Calls a generator of `user` something else: printable, and not what another is called.
[[nodiscard]] Outcome rename_otp(Hearing& hearing, const std::string& user);

}  // namespace usher
