// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ctl/command.h"
#include "ctl/output.h"
#include "daemon/store/restore.h"

namespace usher::ctl {

/// What was removed, in a line, for the audit log; "nothing" for nothing.
[[nodiscard]] std::string removals_in(const RestoreReport& report);

/// What a restore did, or with `dry_run` would do, and what is left to be done about it.
void print_report(const Globals& globals, const RestoreReport& report, const std::string& store,
                  bool dry_run);
[[nodiscard]] Json json_of(const RestoreReport& report, const std::string& store, bool dry_run);

}  // namespace usher::ctl
