// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_password_expire(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "password.expire"});
  app.add_option("USER", change->user, "Whose")->type_name("")->required();
  return [change](const Globals& globals) {
    return make_change(globals, *change, "another password to be chosen at the next login");
  };
}

}  // namespace

const Command kPasswordExpire{
    .name = "password expire",
    .summary = "Have somebody choose another password",
    .lesson =
        R"(For root. The password still lets them in; at their next login by sshd, su, login or a
display manager they choose another one before they go on. Programs that nobody
answers, such as cron, go on as before.

Examples:
  usherctl password expire ada)",
    .setup = setup_password_expire};

}  // namespace usher::ctl
