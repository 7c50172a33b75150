// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/session_text.h"

namespace usher::ctl {
namespace {

std::string word_in(const Json& value, const char* member) {
  return value.at(member).get<std::string>();
}

std::int64_t number_in(const Json& value, const char* member) {
  return value.at(member).get<std::int64_t>();
}

std::string end_of(const Json& session) {
  const std::int64_t ended = number_in(session, "ended");
  if (ended == 0) return "not yet";
  return fmt::format("{}, {}", moment_of(ended), ending_of(session));
}

std::string rule_behind(const Json& session) {
  const std::string name = word_in(session, "rule");
  if (name.empty()) return "none";
  return fmt::format("{}, {}{}", name, word_in(session, "at"),
                     session.at("observed").get<bool>() ? ", only observed" : "");
}

std::string proof_in_words(const Json& proof) {
  const std::int64_t until = number_in(proof, "until");
  return fmt::format("{} of {}, verified by {} {}, for processes of uid {}, {}",
                     word_in(proof, "factor"), word_in(proof, "user"),
                     verifier_named(word_in(proof, "by")), moment_of(number_in(proof, "proven")),
                     number_in(proof, "uid"),
                     until == 0 ? "not reusable" : "reusable until " + moment_of(until));
}

/// What the kernel did not tell is -1 and left out.
std::string hints_in(const Json& session) {
  std::string hints;
  const auto add = [&](const char* name, const char* member) {
    if (const std::int64_t value = number_in(session, member); value >= 0)
      hints += fmt::format("{}{} {}", hints.empty() ? "" : ", ", name, value);
  };
  add("login uid", "login_uid");
  add("audit session", "audit_session");
  add("kernel session", "kernel_session");
  return dash_for_none(std::move(hints));
}

Table story_of_session(const Json& session) {
  Table table({"", ""});
  const auto row = [&](const char* name, std::string value) {
    table.add({{.text = name, .style = Style::strong}, {.text = std::move(value)}});
  };
  row("session", word_in(session, "id"));
  row("inside of", dash_for_none(word_in(session, "parent")));
  row("user", fmt::format("{}, uid {}", word_in(session, "user"), number_in(session, "uid")));
  row("service", word_in(session, "service"));
  row("from", origin_of(session));
  row("tty", dash_for_none(word_in(session, "tty")));
  row("asked by", dash_for_none(word_in(session, "ruser")));
  row("since", moment_of(number_in(session, "opened")));
  row("ended", end_of(session));
  row("factors", factors_of(session));
  row("rule", rule_behind(session));
  row("process", fmt::format("{}, {}", number_in(session, "leader"),
                             session.at("leader_runs").get<bool>() ? "runs" : "ended"));
  row("hints", hints_in(session));
  for (const Json& proof : session.at("proofs")) row("proof", proof_in_words(proof));
  return table;
}

ExitCode show_session(const Globals& globals, const std::string& id) {
  if (!may_name_session(id)) return complain(not_an_id(id));
  return ask_control(globals, "GetSession", {{"id", id}}, [&](const Json& reply) {
    const Table table = story_of_session(reply.at("session"));
    if (globals.json)
      print_json(reply);
    else
      fmt::print("{}", table.text(palette_for(globals)));
    return ExitCode::ok;
  });
}

Run setup_session_show(CLI::App& app) {
  const auto id = std::make_shared<std::string>();
  app.add_option("ID", *id, "Which: the id, or the begin of it, 4 digits or more")
      ->type_name("")
      ->required();
  return [id](const Globals& globals) { return show_session(globals, *id); };
}

}  // namespace

const Command kSessionShow{
    .name = "session show",
    .summary = "Tell all about one session, open or past",
    .lesson =
        R"(Root may see everybody's, everybody else their own. Beside what `usherctl sessions` has: how
it ended, the process that it hangs on, and each proof that it holds: what was verified, by
whom, when, for whose processes, and until when it need not be proven again. The hints are what
the kernel said when it began; programs can change them, and nothing is decided by them.

Examples:
  usherctl session show 00112233
  usherctl session show 00112233 --json | jq '.session.proofs')",
    .setup = setup_session_show};

}  // namespace usher::ctl
