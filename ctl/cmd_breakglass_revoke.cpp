// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_breakglass_revoke(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "breakglass.revoke"});
  add_options_for_others(app, *change);
  return [change](const Globals& globals) {
    return make_change(globals, *change, "break-glass secret revoked");
  };
}

}  // namespace

const Command kBreakglassRevoke{.name = "breakglass revoke",
                                .summary = "Let a break-glass secret count no more",
                                .lesson = R"(The account is none for emergencies any more. For root.

Example:
  usherctl breakglass revoke rescue)",
                                .setup = setup_breakglass_revoke};

}  // namespace usher::ctl
