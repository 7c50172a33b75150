// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_enrol_reopen(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "enrol.reopen"});
  add_options_for_others(app, *change);
  return [change](const Globals& globals) {
    return make_change(globals, *change, "enrolment at a login reopened");
  };
}

}  // namespace

const Command kEnrolReopen{
    .name = "enrol reopen",
    .summary = "Let somebody who had a code enrol at a login again",
    .lesson =
        R"(Where a rule has `enrol`, it is for people who never had a code: that theirs was removed
does not open it again, since whoever knows the password could be first. This does. For root.

Example:
  usherctl enrol reopen ada)",
    .setup = setup_enrol_reopen};

}  // namespace usher::ctl
