// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/control/methods.h"
#include "daemon/model/result.h"

namespace usher {

/// What `user`, a canonical name, can prove themselves with, as the interface's type Factors:
/// names and numbers, never a secret.
[[nodiscard]] Result<Json> factors_of(const std::string& user, ControlPorts& ports);

}  // namespace usher
