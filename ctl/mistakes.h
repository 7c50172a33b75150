// SPDX-License-Identifier: Apache-2.0
// What was found in files of the configuration, on standard output.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "ctl/command.h"
#include "ctl/output.h"
#include "daemon/config/config.h"

namespace usher::ctl {

/// Everything found, each with its severity.
[[nodiscard]] Json json_of(const std::vector<Finding>& findings);
void print_findings(const std::vector<Finding>& findings);

/// Shows mistakes, and how many; exits with ExitCode::configuration.
[[nodiscard]] ExitCode show_mistakes(const Globals& globals, const std::vector<Finding>& findings);

}  // namespace usher::ctl
