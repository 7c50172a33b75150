// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_breakglass_test(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "breakglass.test"});
  add_options_for_others(app, *change);
  return [change](const Globals& globals) {
    return make_change(globals, *change, "break-glass secret would work");
  };
}

}  // namespace

const Command kBreakglassTest{
    .name = "breakglass test",
    .summary = "See whether a break-glass secret would still work",
    .lesson =
        R"(Asks for the secret and says whether it would let USER in now: whether it is right and
counts, how the account stands, and at which of three ways (login at the console, sshd from
this machine, sshd from elsewhere) the rules deny whatever is proven. Nothing is spent. Exits
with 1 where it would not. For root. It can't see whether PAM asks usherd at all: `usherctl pam
status` and a real login do.

Example:
  usherctl breakglass test rescue)",
    .setup = setup_breakglass_test};

}  // namespace usher::ctl
