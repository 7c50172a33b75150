// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ctl/command.h"
#include "ctl/output.h"
#include "ctl/table.h"

namespace usher::ctl {

/// What an event of the audit log was judged by and what came of it, on standard output.
[[nodiscard]] ExitCode explain_event(const Globals& globals, const std::string& id);

/// The rules that were looked at, each with why it matched or not.
[[nodiscard]] Table rules_tried(const Json& traces);

}  // namespace usher::ctl
