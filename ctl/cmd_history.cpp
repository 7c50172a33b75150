// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <ranges>
#include <string>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/session_text.h"
#include "ctl/times.h"
#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

struct HistoryWish {
  std::string user;
  std::string since = "30d";
  std::int64_t count = 100;
};

std::vector<Cell> history_row(const Json& session) {
  const auto opened = session.at("opened").get<std::int64_t>();
  const auto ended = session.at("ended").get<std::int64_t>();
  const bool open = ended == 0;
  return {{.text = moment_of(opened), .style = Style::quiet},
          {.text = open ? "open" : moment_of(ended), .style = open ? Style::good : Style::quiet},
          {.text = open ? "-" : short_span(ended - opened)},
          {.text = session.at("user").get<std::string>(), .style = Style::strong},
          {.text = session.at("service").get<std::string>()},
          {.text = origin_of(session)},
          {.text = dash_for_none(session.at("tty").get<std::string>())},
          {.text = factors_of(session)},
          {.text = dash_for_none(ending_of(session))},
          {.text = short_id(session), .style = Style::quiet}};
}

ExitCode show_history(const Globals& globals, const HistoryWish& wish, const Json& reply) {
  const auto& sessions = reply.at("sessions").get_ref<const Json::array_t&>();
  Table table({"SINCE", "UNTIL", "FOR", "USER", "SERVICE", "FROM", "TTY", "FACTORS", "HOW", "ID"});
  // The newest stands where the prompt is, as in `usherctl log`.
  for (const Json& session : std::views::reverse(sessions)) table.add(history_row(session));
  if (globals.json)
    print_json(reply);
  else if (sessions.empty())
    fmt::print(stderr, "No session began since {}{}.\n", plain_line(wish.since),
               wish.user.empty() ? "" : ", of " + plain_line(wish.user));
  else
    print_table(table, globals);
  return ExitCode::ok;
}

Run setup_history(CLI::App& app) {
  const auto wish = std::make_shared<HistoryWish>();
  app.add_option("USER", wish->user, "Whose; without it everybody's for root, else your own")
      ->type_name("");
  app.add_option("--since", wish->since, "How far back: 90m, 24h, 7d, or a date like 2026-03-01")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("-n,--count", wish->count, "How many of the latest, up to 10000; 100 without it")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 10'000).description(""));
  return [wish](const Globals& globals) {
    const auto moment = since(wish->since, std::time(nullptr));
    if (!moment)
      return complain({.code = ExitCode::usage,
                       .what = fmt::format("{} is no time", config::ticked(wish->since)),
                       .next = "write it like 90m, 24h, 7d or 2026-03-01"});
    Json parameters{{"since", *moment}, {"count", wish->count}};
    if (!wish->user.empty()) parameters["user"] = wish->user;
    return ask_control(globals, "History", parameters,
                       [&](const Json& reply) { return show_history(globals, *wish, reply); });
  };
}

}  // namespace

const Command kHistory{
    .name = "history",
    .summary = "Show who was in, from when until when",
    .lesson =
        R"(The sessions that began since then, open ones too, the latest last: how long each was, who,
through what, from where, what was proven to open it, how it ended, and the begin of its id,
by which `usherctl session show` tells all of it. Times are local. They are kept as long as
`[sessions] history` in the settings says.

Examples:
  usherctl history
  usherctl history ada --since 7d
  usherctl history -n 1000 --json | jq -r '.sessions[] | select(.how == "missed") | .id')",
    .setup = setup_history};

}  // namespace usher::ctl
