// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "ctl/command.h"
#include "ctl/output.h"
#include "daemon/config/config.h"

namespace usher::ctl {

/// Each finding with its severity.
[[nodiscard]] Json json_of(const std::vector<Finding>& findings);

/// Each finding as render() shows it, on standard output.
void print_findings(const std::vector<Finding>& findings);

/// Shows what is wrong with files of the configuration, on standard output; exits with
/// ExitCode::configuration.
[[nodiscard]] ExitCode show_mistakes(const Globals& globals, const std::vector<Finding>& findings);

}  // namespace usher::ctl
