// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "ctl/command.h"
#include "daemon/config/config.h"

namespace usher::ctl {

/// Shows what is wrong with files of the configuration, on standard output; exits with
/// ExitCode::configuration.
[[nodiscard]] ExitCode show_mistakes(const Globals& globals, const std::vector<Finding>& findings);

}  // namespace usher::ctl
