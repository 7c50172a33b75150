// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/times.h"
#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

struct ReadinessWish {
  std::string since = "7d";
  bool all = false;
};

std::string words_of(const Json& list) {
  return fmt::format("{}", fmt::join(list.get<std::vector<std::string>>(), ", "));
}

std::string verdict_on(const Json& login) {
  if (login.at("ready").get<bool>())
    return login.at("observed").get<bool>() ? "ready" : "ready, and no longer only observed";
  const std::string lacks = words_of(login.at("lacks"));
  return lacks.empty() ? login.at("reason").get<std::string>() : "lacks " + lacks;
}

std::vector<Cell> readiness_row(const Json& login) {
  const bool ready = login.at("ready").get<bool>();
  const auto from = login.at("from").get<std::string>();
  return {{.text = login.at("user").get<std::string>()},
          {.text = login.at("service").get<std::string>()},
          {.text = from.empty() ? "local" : from},
          {.text = fmt::format("{}", login.at("logins").get<std::int64_t>())},
          {.text = login.at("last").get<std::string>().substr(0, 10), .style = Style::quiet},
          {.text = verdict_on(login), .style = ready ? Style::good : Style::bad},
          {.text = login.at("rule").get<std::string>(), .style = Style::quiet}};
}

ExitCode show_readiness(const Globals& globals, const ReadinessWish& wish, const Json& reply) {
  std::set<std::string> people;
  std::set<std::string> locked_out;
  Table table({"USER", "SERVICE", "FROM", "LOGINS", "LAST", "VERDICT", "RULE"});
  for (const Json& login : reply.at("logins")) {
    const bool ready = login.at("ready").get<bool>();
    people.insert(login.at("user").get<std::string>());
    if (!ready) locked_out.insert(login.at("user").get<std::string>());
    if (wish.all || !ready) table.add(readiness_row(login));
  }
  const bool cut = reply.at("cut").get<bool>();
  const ExitCode code = locked_out.empty() && !cut ? ExitCode::ok : ExitCode::no;
  if (globals.json) {
    print_json(reply);
    return code;
  }
  if (wish.all || !locked_out.empty()) print_table(table, globals);
  if (people.empty())
    fmt::print("No login was observed since {}.\n", plain_line(wish.since));
  else
    fmt::print("{} of {} {} would be locked out.\n", locked_out.size(), people.size(),
               people.size() == 1 ? "person" : "people");
  if (cut)
    fmt::print(
        "There is more in the log than could be looked at: ask since a later time, or rotate "
        "it.\n");
  return code;
}

Run setup_readiness(CLI::App& app) {
  const auto wish = std::make_shared<ReadinessWish>();
  app.add_option("--since", wish->since, "How far back: 90m, 24h, 7d, or a date like 2026-03-01")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_flag("--all", wish->all, "Also who would get in");
  return [wish](const Globals& globals) {
    const auto moment = since(wish->since, std::time(nullptr));
    if (!moment)
      return complain({.code = ExitCode::usage,
                       .what = fmt::format("{} is no time", config::ticked(wish->since)),
                       .next = "write it like 90m, 24h, 7d or 2026-03-01"});
    return ask_control(globals, "Readiness", Json{{"since", *moment}},
                       [&](const Json& reply) { return show_readiness(globals, *wish, reply); });
  };
}

}  // namespace

const Command kReadiness{
    .name = "readiness",
    .summary = "List who would be locked out if rules that only observe counted",
    .lesson = R"(For root. Looks at the logins that such rules let pass, each kind of them once, and
at what each person has now: who would not get in, and which factor they lack. Exits with
1 where somebody would be locked out.

Examples:
  usherctl readiness
  usherctl readiness --since 24h --all
  usherctl readiness --json | jq -r '.logins[] | select(.ready | not) | .user' | sort -u)",
    .setup = setup_readiness};

}  // namespace usher::ctl
