// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_recovery_new(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "recovery.new"});
  add_change_options(app, *change);
  return [change](const Globals& globals) {
    return make_change(globals, *change, "recovery codes made anew");
  };
}

}  // namespace

const Command kRecoveryNew{
    .name = "recovery new",
    .summary = "Make recovery codes, for when the device is lost",
    .lesson =
        R"(Shows ten codes, once. Each is good once, where a rule takes them ("otp|recovery") and to
prove yourself to usherctl. Those you had are gone from then on. Keep them apart from the
device, on paper say. `usherctl whoami` tells how many are left.

Examples:
  usherctl recovery new        your own
  usherctl recovery new ada    as root: Ada's)",
    .setup = setup_recovery_new};

}  // namespace usher::ctl
