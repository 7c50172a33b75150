// SPDX-License-Identifier: Apache-2.0
// What the commands of `usherctl pam` have in common.
#pragma once

#include <signal.h>

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "ctl/command.h"
#include "ctl/complaint.h"
#include "ctl/output.h"
#include "pam_stacks/change.h"
#include "pam_stacks/plan.h"

namespace CLI {
class App;
}

namespace usher::ctl {

/// The options of `plan` and `apply`.
struct PamOptions {
  std::vector<std::string> services;
  bool everywhere = false;
  bool observe = false;
  std::string when_down;
  std::string module = "pam_usher.so";
};
void add_pam_options(CLI::App& app, PamOptions& options);

/// A plan, and what the configuration says that it depends on.
struct PamPlan {
  pam_stacks::Plan plan;
  std::string socket;  // where pam_usher.so is told to go; empty: its default
  std::vector<std::string> screen_lockers;
  std::string audit_file;  // empty: there is none
};

/// Works out what the options ask for. What stands in the way has been complained about, and is an
/// exit code.
[[nodiscard]] std::expected<PamPlan, ExitCode> plan_for(const Globals& globals,
                                                        const PamOptions& options);

/// "sshd, sudo ask Usher from now on; ...", the differences, and the remarks.
void print_plan(const Globals& globals, const pam_stacks::Plan& plan);
[[nodiscard]] Json json_of(const pam_stacks::Plan& plan);

/// "nobody gets in" and the like: while usherd is not there.
[[nodiscard]] std::string who_gets_in(const pam_stacks::WhenDownChoice& choice);

/// Nothing where the caller is root; else the complaint.
[[nodiscard]] std::optional<ExitCode> complain_unless_root(const char* why);

/// The folder of changes, with its lock; else the complaint, made.
[[nodiscard]] std::expected<pam_stacks::Changes, ExitCode> open_changes();

/// "sshd and sudo", "sshd, sudo and su".
[[nodiscard]] std::string sentence_of(const std::vector<std::string>& names);

/// "9 minutes", "40 seconds".
[[nodiscard]] std::string minutes_of(std::int64_t seconds);

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
