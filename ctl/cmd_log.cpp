// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/control_query.h"
#include "ctl/output.h"

namespace usher::ctl {
namespace {

/// What `usherctl explain --event` takes for the whole id.
constexpr std::size_t kShortId = 8;

struct Wish {
  std::int64_t count = 20;
  std::string user;
};

/// The member, as text; empty where the event has none of that name.
std::string text_in(const Json& event, const char* member) {
  const auto found = event.find(member);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

/// RFC 3339 in UTC, as local time to the second; what is not that, as it is.
std::string local_time(const std::string& rfc3339) {
  std::tm utc{};
  const char* rest = ::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (rest == nullptr) return rfc3339;
  return moment_of(::timegm(&utc));
}

Style style_of(std::string_view outcome) {
  struct Row {
    std::string_view outcome;
    Style style;
  };
  static constexpr std::array kStyles = {
      Row{"accepted", Style::good},  Row{"changed", Style::good},    Row{"loaded", Style::good},
      Row{"denied", Style::bad},     Row{"refused", Style::bad},     Row{"rejected", Style::bad},
      Row{"observed", Style::quiet}, Row{"aborted", Style::warning}, Row{"started", Style::quiet},
      Row{"stopped", Style::quiet},  Row{"revoked", Style::warning}, Row{"tested", Style::quiet},
  };
  for (const Row& row : kStyles)
    if (row.outcome == outcome) return row.style;
  return Style::plain;
}

/// "name @ file:line"; the folder is left out, since a file name stands for one rule file alone.
std::string rule_in(const Json& event) {
  const std::string name = text_in(event, "rule");
  const std::string at = text_in(event, "at");
  if (name.empty()) return "-";
  return fmt::format("{} @ {}", name, at.substr(at.rfind('/') + 1));
}

std::vector<Cell> row_of(const Json& event) {
  std::string outcome = text_in(event, "outcome");
  const Style style = style_of(outcome);
  return {{.text = local_time(text_in(event, "time")), .style = Style::quiet},
          {.text = or_dash(std::move(outcome)), .style = style},
          {.text = or_dash(text_in(event, "service"))},
          {.text = or_dash(text_in(event, "user"))},
          {.text = or_dash(text_in(event, "rhost"))},
          {.text = rule_in(event)},
          {.text = or_dash(text_in(event, "id").substr(0, kShortId)), .style = Style::quiet},
          {.text = text_in(event, "reason")}};
}

/// The events; a line that is not one, such as one that a full disk cut short, is left out with a
/// word on standard error.
std::vector<Json> events_in(const Json& reply) {
  std::vector<Json> events;
  std::size_t damaged = 0;
  for (const Json& line : reply.at("events")) {
    Json event = Json::parse(line.get<std::string>(), nullptr, /*allow_exceptions=*/false);
    if (event.is_object())
      events.push_back(std::move(event));
    else
      ++damaged;
  }
  if (damaged > 0)
    fmt::print(stderr, "usherctl: {} damaged line(s) of the log left out\n", damaged);
  return events;
}

ExitCode show(const Globals& globals, const Json& reply) {
  const std::vector<Json> events = events_in(reply);
  if (globals.json) {
    for (const Json& event : events) print_json_line(event);
    return ExitCode::ok;
  }
  Table table({"TIME", "OUTCOME", "SERVICE", "USER", "FROM", "RULE", "EVENT", "REASON"});
  for (const Json& event : events) table.add(row_of(event));
  print_table(table, globals);
  return ExitCode::ok;
}

Run setup_log(CLI::App& app) {
  const auto wish = std::make_shared<Wish>();
  app.add_option("-n,--count", wish->count, "How many events, up to 10000; 20 without it")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 10'000).description(""));
  app.add_option("--user", wish->user, "Only events about this user")->type_name("USER");
  return [wish](const Globals& globals) {
    Json parameters{{"count", wish->count}};
    if (!wish->user.empty()) parameters["user"] = wish->user;
    return ask_control(globals, "Log", parameters,
                       [&](const Json& reply) { return show(globals, reply); });
  };
}

}  // namespace

const Command kLog{
    .name = "log",
    .summary = "Show who came, and what decided",
    .lesson =
        R"(For root. The newest events of the audit log, oldest first: when, the outcome, service,
user, where from, the rule with its file and line, the begin of the event's id, by which
`usherctl explain --event` tells all of it, and why. Times are local. With --json each
event is a line of JSON with all its fields.

Examples:
  usherctl log -n 5
  usherctl log --user ada
  usherctl log -n 1000 --json | jq -r 'select(.outcome == "denied") | .rhost')",
    .setup = setup_log};

}  // namespace usher::ctl
