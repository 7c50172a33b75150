// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Asks for a new Usher password, twice, and sets it.
[[nodiscard]] Outcome set_password(Hearing& hearing, const std::string& user);

}  // namespace usher
