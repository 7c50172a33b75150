// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

Run setup_reload(CLI::App&) {
  return [](const Globals& globals) {
    return ask_control(globals, "Reload", Json::object(), [&](const Json& reply) {
      const auto rules = reply.at("rules").get<std::int64_t>();
      const auto version = reply.at("rules_version").get<std::string>();
      if (globals.json)
        print_json(reply);
      else
        fmt::print("{} {} in force, version {}\n", rules, rules == 1 ? "rule is" : "rules are",
                   plain_line(version));
      return ExitCode::ok;
    });
  };
}

}  // namespace

const Command kReload{
    .name = "reload",
    .summary = "Let usherd read its rules again",
    .lesson =
        R"(For root. Where the configuration has a mistake, the rules in force stay in force, the
mistakes are shown, and the exit code is 4. Settings other than rules take effect
when usherd is restarted. What usherd knows of groups, for 10 s at most, it asks anew.

Examples:
  usherctl check && usherctl reload)",
    .setup = setup_reload};

}  // namespace usher::ctl
