// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_password_change(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "password.set"});
  add_stdin_option(app, *change);
  return [change](const Globals& globals) {
    return make_change(globals, *change, "password changed");
  };
}

}  // namespace

const Command kPasswordChange{
    .name = "password change",
    .summary = "Change your own password for Usher",
    .lesson = R"(Asks first for what you have proven yourself with so far: your password, and a
one-time code if you have one. A recovery code will do in place of that. Then for the new
password, twice.

Examples:
  usherctl password change
  usherctl password change --stdin    answers from a script: a line for each question)",
    .setup = setup_password_change};

}  // namespace usher::ctl
