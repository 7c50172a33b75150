// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/trial_stacks.h"
#include "usher/unique_fd.h"

namespace usher::pam_stacks {

/// Where stacks are tried out: a mount namespace of this process's own, in which /etc/pam.d is a
/// scratch folder, the sockets of usherd lead to somebody who plays it, one account has a known
/// password, and what libpam writes into the log comes here. Nobody outside sees any of it, and it
/// is gone with the process.
class TrialRoom {
 public:
  /// Moves this process into one; for a child made for it. `user` gets the password returned by
  /// password(), which is made up.
  [[nodiscard]] static Result<TrialRoom> enter(const TrialStacks& stacks, const std::string& user);

  /// From here on, for this process alone, modules that were replaced refuse to let anybody in.
  [[nodiscard]] static Result<void> let_others_refuse();

  [[nodiscard]] const std::string& password() const noexcept { return password_; }
  /// The two sockets that pam_usher.so takes by default.
  [[nodiscard]] static std::vector<std::string> sockets();
  /// What was written into the log since the last call.
  [[nodiscard]] std::vector<std::string> take_log() const;

 private:
  TrialRoom(std::string password, UniqueFd log)
      : password_(std::move(password)), log_(std::move(log)) {}
  std::string password_;
  UniqueFd log_;
};

}  // namespace usher::pam_stacks
