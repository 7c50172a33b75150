// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/model/result.h"

namespace usher::pam_stacks {

/// systemd's timer that runs `usherctl pam rollback --due` until told to stop, after a reboot too
/// (usher-pam-rollback.timer).
class RollbackTimer {
 public:
  /// Whether systemd runs this machine (sd_booted(3)).
  [[nodiscard]] static bool available();
  /// It runs when this returns.
  [[nodiscard]] static Result<void> start();
  [[nodiscard]] static Result<void> stop();
};

}  // namespace usher::pam_stacks
