// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "ctl/output.h"
#include "ctl/pam_plan.h"

namespace usher::ctl {
namespace {

ExitCode show_plan(const Globals& globals, const PamOptions& options) {
  const auto made = plan_for(globals, options);
  if (!made) return made.error();
  if (globals.json)
    print_json(json_of(made->plan));
  else if (made->plan.changes.empty())
    fmt::print("Nothing to change: the stacks are already like that.\n");
  else
    print_plan(globals, made->plan);
  return ExitCode::ok;
}

Run setup_pam_plan(CLI::App& app) {
  const auto options = std::make_shared<PamOptions>();
  add_pam_options(app, *options);
  return [options](const Globals& globals) { return show_plan(globals, *options); };
}

}  // namespace

const Command kPamPlan{
    .name = "pam plan",
    .summary = "Show what `apply` would change in the PAM stacks",
    .lesson =
        R"(Changes nothing. Of each file in /etc/pam.d what goes and what comes, which logins that
changes, and what to know: modules that no longer run, for one. `usherctl pam apply` takes the
same options.

Examples:
  usherctl pam plan --service sshd,sudo --observe
  usherctl pam plan --everywhere --when-down group:sudo
  usherctl pam plan --when-down console)",
    .setup = setup_pam_plan};

}  // namespace usher::ctl
