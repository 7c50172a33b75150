// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/manage.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

/// A generator that counts has none.
std::string period_of(const Json& code) {
  if (code.at("kind") == "HOTP") return "-";
  return fmt::format("{} s", code.at("period").get<std::int64_t>());
}

Table codes_table(const Json& codes) {
  Table table({"LABEL", "KIND", "ALGORITHM", "DIGITS", "PERIOD", "ADDED", "LAST USED"});
  for (const Json& code : codes)
    table.add({{.text = code.at("label").get<std::string>(), .style = Style::strong},
               {.text = code.at("kind").get<std::string>()},
               {.text = code.at("algorithm").get<std::string>()},
               {.text = fmt::format("{}", code.at("digits").get<std::int64_t>())},
               {.text = period_of(code)},
               {.text = moment_of(code.at("created").get<std::int64_t>())},
               {.text = moment_of(code.at("last_used").get<std::int64_t>())}});
  return table;
}

ExitCode list(const Globals& globals, const std::string& user) {
  return ask_control(globals, "ListOtp", {{"user", user}}, [&](const Json& reply) {
    const Json& codes = reply.at("codes");
    const Table table = codes_table(codes);
    if (globals.json) {
      print_json(reply);
    } else if (codes.empty()) {
      fmt::print(stderr, "{} has no one-time codes. To add one: `usherctl otp add`\n",
                 plain_line(user));
    } else {
      print_table(table, globals);
    }
    return ExitCode::ok;
  });
}

Run setup_otp_list(CLI::App& app) {
  const auto user = std::make_shared<std::string>();
  app.add_option("USER", *user, "Whose; your own without it. Root alone may name others")
      ->type_name("");
  return [user](const Globals& globals) {
    const std::string wanted = user->empty() ? own_name() : *user;
    if (wanted.empty())
      return complain({.code = ExitCode::usage,
                       .what = "your uid has no account: say for whom, by name",
                       .next = {}});
    return list(globals, wanted);
  };
}

}  // namespace

const Command kOtpList{
    .name = "otp list",
    .summary = "List the generators of one-time codes",
    .lesson = R"(Shows what each is called and when a code of it was last used, never a secret.

Examples:
  usherctl otp list        your own
  usherctl otp list ada    as root: Ada's)",
    .setup = setup_otp_list};

}  // namespace usher::ctl
