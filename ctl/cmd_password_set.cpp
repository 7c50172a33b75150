// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_password_set(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "password.set"});
  add_change_options(app, *change);
  app.add_flag("--change-at-login", change->change_at_login,
               "Have them choose another one at their next login; root alone may");
  return [change](const Globals& globals) { return make_change(globals, *change, "password set"); };
}

}  // namespace

const Command kPasswordSet{
    .name = "password set",
    .summary = "Set a password for Usher",
    .lesson = R"(usherd asks for the new password twice, and before that for what you have proven
yourself with so far: your password, and a one-time code if you have one. Root is
not asked to prove anything, and only warned of a password that is weak.

Examples:
  usherctl password set            change your own
  usherctl password set ada        as root: set Ada's
  usherctl password set --change-at-login ada
                                   as root: one for Ada to begin with
  usherctl password set --stdin    answers from a script: a line for each question)",
    .setup = setup_password_set};

}  // namespace usher::ctl
