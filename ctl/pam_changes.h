// SPDX-License-Identifier: Apache-2.0
// What the commands of `usherctl pam` that change stacks have in common.
#pragma once

#include <signal.h>

#include <expected>
#include <optional>

#include "ctl/command.h"
#include "pam_stacks/change.h"

namespace usher::ctl {

/// Nothing where the caller is root; else the complaint.
[[nodiscard]] std::optional<ExitCode> complain_unless_root(const char* why);

/// The folder of changes, with its lock; else the complaint, made.
[[nodiscard]] std::expected<pam_stacks::Changes, ExitCode> open_changes();

/// Ctrl-C and the like wait until the files are whole; what can't wait (SIGKILL) leaves them whole,
/// too, and the timer takes the change back.
class Uninterrupted {
 public:
  Uninterrupted();
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
  ~Uninterrupted();

 private:
  sigset_t before_{};
};

/// Puts the old files of a change back, stops the timer, and says what was done.
[[nodiscard]] ExitCode take_back(const Globals& globals, pam_stacks::Changes& changes,
                                 const pam_stacks::Change& change, const char* why);

}  // namespace usher::ctl
