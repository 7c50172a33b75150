// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_otp_rename(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "otp.rename"});
  app.add_option("OLD", change->label, "Which, as `usherctl otp list` shows it")
      ->type_name("")
      ->required();
  app.add_option("NEW", change->new_label, "What to call it")->type_name("")->required();
  add_change_options(app, *change);
  return [change](const Globals& globals) {
    return make_change(
        globals, *change,
        fmt::format(R"(one-time code "{}" renamed to "{}")", change->label, change->new_label));
  };
}

}  // namespace

const Command kOtpRename{.name = "otp rename",
                         .summary = "Call a generator of one-time codes something else",
                         .lesson =
                             R"(Nothing else of it changes: its codes are the same.

Examples:
  usherctl otp rename default phone        your own
  usherctl otp rename default phone ada    as root: Ada's)",
                         .setup = setup_otp_rename};

}  // namespace usher::ctl
