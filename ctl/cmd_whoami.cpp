// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/session_text.h"

namespace usher::ctl {
namespace {

constexpr auto kNoSession =
    "none: you did not come in through Usher, or what runs here does not descend from a login, as "
    "in tmux, in a desktop's terminal or under cron";

std::string password_words(const std::string& which) {
  if (which == "usher") return "Usher's";
  if (which == "system") return "the system's";
  return which == "none" ? "none" : "unknown: usher-keeper does not answer";
}

Table identity_table(const Json& reply, std::int64_t now) {
  Table table({"", ""});
  const auto row = [&](const char* name, std::string value) {
    table.add({{.text = name, .style = Style::strong}, {.text = std::move(value)}});
  };
  row("user", fmt::format("{}, uid {}", reply.at("user").get<std::string>(),
                          reply.at("uid").get<std::int64_t>()));
  const Json& factors = reply.at("factors");
  row("password", password_words(factors.at("password").get<std::string>()));
  row("codes", dash_for_none(fmt::format(
                   "{}", fmt::join(factors.at("codes").get<std::vector<std::string>>(), ", "))));
  row("recovery codes", fmt::format("{} left", factors.at("recovery").get<std::int64_t>()));
  const Json& session = reply.at("session");
  if (session.is_null()) {
    row("session", kNoSession);
    return table;
  }
  row("session", fmt::format("{}, {}", session.at("id").get<std::string>(), login_of(session)));
  row("since", moment_of(session.at("opened").get<std::int64_t>()));
  row("factors", factors_of(session));
  row("reusable until", reusable_in(session, now));
  return table;
}

Run setup_whoami(CLI::App&) {
  return [](const Globals& globals) {
    return ask_control(globals, "WhoAmI", Json::object(), [&](const Json& reply) {
      const Table table = identity_table(reply, std::time(nullptr));
      if (globals.json)
        print_json(reply);
      else
        fmt::print("{}", table.text(palette_for(globals)));
      return ExitCode::ok;
    });
  };
}

}  // namespace

const Command kWhoami{
    .name = "whoami",
    .summary = "Show who you are to Usher, and the session you stand in",
    .lesson =
        R"(What you can prove yourself with comes first: the password that counts for you, your
generators of one-time codes by name, and how many recovery codes are left.

The session is that of the nearest process above this one which opened one through Usher.
"reusable until" has what you proved in it and need not prove again, and until when, as far as a
rule lets it be reused; "-" where there is nothing like that.

What has outlived the login that it began in (tmux, screen), or was begun by something else (a
desktop's terminal, cron), stands in no session, and nothing can be reused there.

Examples:
  usherctl whoami
  usherctl whoami --json | jq -r '.session.id')",
    .setup = setup_whoami};

}  // namespace usher::ctl
