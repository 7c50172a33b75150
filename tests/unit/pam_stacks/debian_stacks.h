// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pam_stacks/stacks.h"

namespace usher::pam_stacks::testing {

/// Stacks of the kind that Debian installs: common-*, and services that include them.
[[nodiscard]] Stacks debian_stacks();

/// Of the kind that Fedora installs.
[[nodiscard]] Stacks fedora_stacks();

}  // namespace usher::pam_stacks::testing
