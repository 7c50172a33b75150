// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/model/result.h"
#include "pam_stacks/plan.h"

namespace usher::pam_stacks {

/// What changes in a file, as `diff -u` shows it (diff(1)).
[[nodiscard]] Result<std::string> difference(const FileChange& change);

}  // namespace usher::pam_stacks
