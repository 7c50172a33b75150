// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/session_text.h"
#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

struct EndWish {
  std::string id;
  std::string user;
};

Complaint over_already(const Json& session) {
  return {
      .code = ExitCode::no,
      .what = fmt::format("session {} is over already, since {}: {}", short_id(session),
                          moment_of(session.at("ended").get<std::int64_t>()), ending_of(session)),
      .next = {}};
}

/// `none` is said where nothing was ended.
ExitCode show_ended(const Globals& globals, const Json& reply, const std::string& none) {
  const Json& sessions = reply.at("sessions");
  std::string text;
  for (const Json& session : sessions)
    text += plain_line(fmt::format("ended {}: {}", short_id(session), login_of(session))) + '\n';
  if (globals.json) print_json(reply);
  if (sessions.empty()) return complain({.code = ExitCode::no, .what = none, .next = {}});
  if (!globals.json) fmt::print("{}", text);
  return ExitCode::ok;
}

ExitCode end_of_user(const Globals& globals, const std::string& user) {
  return ask_control(globals, "EndSessions", {{"user", user}}, [&](const Json& reply) {
    return show_ended(globals, reply, fmt::format("{} has no open session", config::ticked(user)));
  });
}

/// Looks at it first: that it is over already is an answer, and no failure of usherd's.
ExitCode end_one(const Globals& globals, const std::string& begin) {
  if (!may_name_session(begin)) return complain(not_an_id(begin));
  std::string id;
  std::optional<Complaint> over;
  const auto looked = try_control(globals, "GetSession", {{"id", begin}}, [&](const Json& reply) {
    const Json& session = reply.at("session");
    id = session.at("id").get<std::string>();
    if (session.at("ended").get<std::int64_t>() != 0) over = over_already(session);
  });
  if (!looked) return complain(looked.error());
  if (over) return complain(*over);
  return ask_control(globals, "EndSessions", {{"id", id}}, [&](const Json& reply) {
    return show_ended(globals, reply, fmt::format("session {} is over already", id));
  });
}

Run setup_session_end(CLI::App& app) {
  const auto wish = std::make_shared<EndWish>();
  CLI::Option* id =
      app.add_option("ID", wish->id, "Which: the id, or the begin of it, 4 digits or more")
          ->type_name("");
  app.add_option("--user", wish->user, "All that this user has open")
      ->type_name("USER")
      ->excludes(id);
  return [wish](const Globals& globals) {
    if (!wish->user.empty()) return end_of_user(globals, wish->user);
    if (!wish->id.empty()) return end_one(globals, wish->id);
    return complain({.code = ExitCode::usage,
                     .what = "say which session is to end",
                     .next = "like `usherctl session end 00112233`, or `--user USER` for all of "
                             "somebody's"});
  };
}

}  // namespace

const Command kSessionEnd{
    .name = "session end",
    .summary = "Let what was proven in a session count no more",
    .lesson =
        R"(Ends the session, or all of a user with those by which they became somebody else, and
what was opened inside of it by sudo or su. From then on what was proven there has to be proven
again. Its processes go on: whoever is in stays in, and a shell is ended by other means, such as
`loginctl terminate-session`. Root may end everybody's, everybody else their own.

Each session that was ended is a line. Exits with 1 where none was, as it is over already or the
user has none open.

Examples:
  usherctl session end 00112233
  usherctl session end --user ada)",
    .setup = setup_session_end};

}  // namespace usher::ctl
