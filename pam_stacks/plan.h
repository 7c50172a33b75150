// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/machine.h"
#include "pam_stacks/stacks.h"
#include "pam_stacks/when_down.h"

namespace usher::pam_stacks {

/// What somebody wants changed.
struct Wish {
  std::vector<std::string> services;        // to ask Usher from now on
  bool everywhere = false;                  // by the profile of pam-auth-update; or every service
  std::optional<WhenDownChoice> when_down;  // none: as it is
  ModuleCall call;
  std::vector<std::string> self_verifying;  // services that believe SSH_AUTH_INFO_0
};

/// What will be done. Each beginning of `changes` leaves valid stacks: what others refer to comes
/// first, and people are asked before their accounts are.
struct Plan {
  std::vector<FileChange> changes;
  std::vector<std::string> services;  // whose logins change
  Stacks before;
  Stacks after;
  WhenDownChoice when_down;
  std::vector<std::string> remarks;  // for the administrator to know
};

/// Reads the machine's stacks and works out what to change; changes nothing. An Error says what
/// stands in the way.
[[nodiscard]] Result<Plan> make_plan(const Wish& wish, const Folders& folders);

/// The same for taking Usher out of every stack. `left` are the lines of somebody's own that stay.
struct Removal {
  Plan plan;
  std::vector<std::string> left;
};
[[nodiscard]] Result<Removal> make_removal(const Folders& folders);

}  // namespace usher::pam_stacks
