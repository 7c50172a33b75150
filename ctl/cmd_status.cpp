// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/control_query.h"
#include "ctl/output.h"

namespace usher::ctl {
namespace {

std::string number(const Json& reply, const char* member) {
  return fmt::format("{}", reply.at(member).get<std::int64_t>());
}

Table status_table(const Json& reply) {
  Table table({"", ""});
  const auto row = [&](std::string name, std::string value) {
    table.add({{.text = std::move(name), .style = Style::strong}, {.text = std::move(value)}});
  };
  row("usherd",
      fmt::format("{}, pid {}", reply.at("version").get<std::string>(), number(reply, "pid")));
  row("running since", moment_of(reply.at("started").get<std::int64_t>()));
  row("configuration", reply.at("configuration").get<std::string>());
  row("rules", fmt::format("{}, version {}", number(reply, "rules"),
                           reply.at("rules_version").get<std::string>()));
  row("dialogues now", number(reply, "dialogues"));
  row("accepted", number(reply, "accepted"));
  row("denied", number(reply, "denied"));
  row("observed", number(reply, "observed"));
  row("turned away", number(reply, "refused"));
  return table;
}

Run setup_status(CLI::App&) {
  return [](const Globals& globals) {
    return ask_control(globals, "Status", Json::object(), [&](const Json& reply) {
      const Table table = status_table(reply);
      if (globals.json)
        print_json(reply);
      else
        fmt::print("{}", table.text(palette_for(globals)));
      return ExitCode::ok;
    });
  };
}

}  // namespace

const Command kStatus{
    .name = "status",
    .summary = "Show how usherd is doing",
    .lesson = R"(For root. Exits with 3 where usherd does not answer, so scripts can ask by it. The
counts are since usherd was started: verdicts of all kinds, and callers that were turned away
unheard, over a limit or for no proper request.

Examples:
  usherctl status
  usherctl status --json)",
    .setup = setup_status};

}  // namespace usher::ctl
