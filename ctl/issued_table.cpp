// SPDX-License-Identifier: Apache-2.0
#include "ctl/issued_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <vector>

#include "ctl/control_query.h"
#include "ctl/session_text.h"

namespace usher::ctl {
namespace {

struct Standing {
  const char* text;
  Style style;
};

Standing standing_of(const Json& issued, std::int64_t now) {
  const auto expires = issued.at("expires").get<std::int64_t>();
  if (issued.at("uses_left").get<std::int64_t>() == 0) return {"used up", Style::quiet};
  if (expires != 0 && expires <= now) return {"expired", Style::warning};
  return {"counts", Style::good};
}

std::string services_of(const Json& issued) {
  return dash_for_none(
      fmt::format("{}", fmt::join(issued.at("services").get<std::vector<std::string>>(), ", ")));
}

}  // namespace

Table table_of_issued(const Json& issued, std::int64_t now) {
  Table table({"USER", "STATE", "SERVICES", "UNTIL", "USES LEFT", "ISSUED", "BY", "LAST USED"});
  for (const Json& each : issued) {
    const Standing standing = standing_of(each, now);
    table.add({{.text = each.at("user").get<std::string>(), .style = Style::strong},
               {.text = standing.text, .style = standing.style},
               {.text = services_of(each)},
               {.text = moment_of(each.at("expires").get<std::int64_t>())},
               {.text = fmt::format("{}", each.at("uses_left").get<std::int64_t>())},
               {.text = moment_of(each.at("issued").get<std::int64_t>())},
               {.text = dash_for_none(each.at("issued_by").get<std::string>())},
               {.text = moment_of(each.at("last_used").get<std::int64_t>())}});
  }
  return table;
}

ExitCode list_issued(const Globals& globals, const char* method, const char* member,
                     const std::string& user, const char* none) {
  Json parameters = Json::object();
  if (!user.empty()) parameters["user"] = user;
  return ask_control(globals, method, parameters, [&](const Json& reply) {
    const Json& issued = reply.at(member);
    const Table table = table_of_issued(issued, std::time(nullptr));
    if (globals.json)
      print_json(reply);
    else if (issued.empty())
      fmt::print(stderr, "{}\n", none);
    else
      print_table(table, globals);
    return ExitCode::ok;
  });
}

}  // namespace usher::ctl
