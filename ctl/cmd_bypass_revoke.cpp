// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_bypass_revoke(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "bypass.revoke"});
  add_options_for_others(app, *change);
  return
      [change](const Globals& globals) { return make_change(globals, *change, "bypass revoked"); };
}

}  // namespace

const Command kBypassRevoke{
    .name = "bypass revoke",
    .summary = "Take a bypass away again",
    .lesson =
        R"(For root, and for those whom `admins` in usher.toml lists, as issuing is.

Example:
  usherctl bypass revoke ada)",
    .setup = setup_bypass_revoke};

}  // namespace usher::ctl
