// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_otp_remove(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "otp.remove"});
  add_change_options(app, *change);
  app.add_option("--label", change->label, "Which, as `usherctl otp list` shows it")
      ->type_name("NAME")
      ->required();
  return [change](const Globals& globals) {
    return make_change(globals, *change,
                       fmt::format("one-time code \"{}\" removed", change->label));
  };
}

}  // namespace

const Command kOtpRemove{
    .name = "otp remove",
    .summary = "Remove a generator of one-time codes",
    .lesson =
        R"(You prove yourself first, with a code too. Without a device that makes codes, ask an
administrator: root is not asked to prove anything.

Examples:
  usherctl otp remove --label phone        your own
  usherctl otp remove ada --label phone    as root: Ada's, when she has lost it)",
    .setup = setup_otp_remove};

}  // namespace usher::ctl
