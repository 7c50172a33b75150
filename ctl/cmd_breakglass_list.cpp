// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "ctl/issued_table.h"

namespace usher::ctl {
namespace {

Run setup_breakglass_list(CLI::App& app) {
  const auto user = std::make_shared<std::string>();
  app.add_option("USER", *user, "Whose; everybody's without it")->type_name("");
  return [user](const Globals& globals) {
    return list_issued(globals, "ListBreakglass", "secrets", *user,
                       "There is no break-glass secret. To make one: `usherctl breakglass seal`");
  };
}

}  // namespace

const Command kBreakglassList{
    .name = "breakglass list",
    .summary = "List break-glass accounts, and until when their secrets count",
    .lesson = R"(Shows who sealed each and when it was last used, never the secret. For root.

Example:
  usherctl breakglass list)",
    .setup = setup_breakglass_list};

}  // namespace usher::ctl
