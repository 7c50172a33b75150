// SPDX-License-Identifier: Apache-2.0
// What `usherctl pam plan` and `apply` have in common.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "ctl/command.h"
#include "ctl/output.h"
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

}  // namespace usher::ctl
