// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "daemon/model/result.h"
#include "pam_stacks/stacks.h"

namespace usher::pam_stacks {

/// Debian's way to change the stacks of all services at once (pam-auth-update(8)).
struct ProfileFiles {
  Stacks stacks;  // all of /etc/pam.d
  Stacks state;   // all of /var/lib/pam
};

/// Whether this machine has pam-auth-update and Usher's profile for it.
[[nodiscard]] bool has_profile();

/// What pam-auth-update would make of these files with Usher's profile switched on or off. It is
/// run in a folder below `scratch`, and changes nothing else. An Error where it refuses, as it does
/// where common-* were edited by hand.
[[nodiscard]] Result<ProfileFiles> with_profile(const ProfileFiles& now, bool enabled,
                                                const std::filesystem::path& scratch);

}  // namespace usher::pam_stacks
