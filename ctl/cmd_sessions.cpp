// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/session_tree.h"
#include "ctl/watch.h"

namespace usher::ctl {
namespace {

constexpr auto kMethod = "Sessions";
constexpr auto kNoneOpen = "No session is open that you may see.\n";

ExitCode show_sessions(const Globals& globals, const Json& reply) {
  const Json& sessions = reply.at("sessions");
  const Table table = session_tree(sessions, std::time(nullptr));
  if (globals.json)
    print_json(reply);
  else if (sessions.empty())
    fmt::print(stderr, "{}", kNoneOpen);
  else
    print_table(table, globals);
  return ExitCode::ok;
}

std::string watched_sessions(const Json& reply, const Palette& palette) {
  const Json& sessions = reply.at("sessions");
  if (sessions.empty()) return kNoneOpen;
  return text_of_table(session_tree(sessions, std::time(nullptr)), palette);
}

Run setup_sessions(CLI::App& app) {
  const auto watch = std::make_shared<bool>(false);
  app.add_flag("--watch", *watch, "Go on, and show them anew whenever something has changed");
  return [watch](const Globals& globals) {
    if (*watch) return watch_control(globals, kMethod, Json::object(), watched_sessions);
    return ask_control(globals, kMethod, Json::object(),
                       [&](const Json& reply) { return show_sessions(globals, reply); });
  };
}

}  // namespace

const Command kSessions{
    .name = "sessions",
    .summary = "Show who is in",
    .lesson =
        R"(The open sessions: all for root, for everybody else their own. What was opened inside of
another one, as by sudo and su, stands below it. The first eight digits of the id will do for
`usherctl session show`. The last column has what was proven and need not be proven again, and
until when, as far as a rule lets it be reused. Times are local.

With --watch usherd is asked once a second. On a terminal the screen is drawn anew when
something has changed; elsewhere the whole list comes again, and with --json a line of JSON.
Ctrl-C ends it, with 0.

Examples:
  usherctl sessions
  usherctl sessions --watch
  usherctl sessions --json | jq -r '.sessions[] | select(.from != "") | .user')",
    .setup = setup_sessions};

}  // namespace usher::ctl
