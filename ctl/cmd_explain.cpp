// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/explain_event.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/session_text.h"
#include "ctl/times.h"
#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

struct Question {
  std::string user;
  std::string service;
  std::string from;
  std::string tty;
  std::string at;
  std::string session;
  std::string event;
  std::vector<std::string> with;
};

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::vector<std::string> texts_in(const Json& reply, const char* member) {
  return reply.at(member).get<std::vector<std::string>>();
}

/// usherd's answer, in the terms of this command.
struct Answer {
  std::string decision;  // "denied", "ask", "satisfied", "observed"
  std::string would;     // of "observed": one of the others
  std::string reason;
  std::string rule;
  std::string at;
  std::vector<std::string> proven;
  std::vector<std::string> missing;
  std::vector<std::string> lacks;   // of `missing`, what the person could not answer
  std::vector<std::string> reused;  // of `proven`, what the session brings, in words
};

/// "otp, proven 12 minutes ago to usherd; until 2026-03-02 17:30:05".
std::string reuse_in_words(const Json& proof) {
  const std::int64_t age = std::time(nullptr) - proof.at("proven").get<std::int64_t>();
  std::string words =
      fmt::format("{}, proven {} ago to {}", proof.at("factor").get<std::string>(), rough_span(age),
                  verifier_named(proof.at("by").get<std::string>()));
  // Of a rule that only observes there is no time until which it lets anything be reused.
  if (const auto until = proof.at("until").get<std::int64_t>(); until != 0)
    words += "; until " + moment_of(until);
  return words;
}

Answer answer_in(const Json& reply) {
  Answer answer{.decision = reply.at("decision").get<std::string>(),
                .would = reply.value("would", std::string()),
                .reason = reply.at("reason").get<std::string>(),
                .rule = reply.at("rule").get<std::string>(),
                .at = reply.at("at").get<std::string>(),
                .proven = texts_in(reply, "proven"),
                .missing = {},
                .lacks = texts_in(reply, "lacks"),
                .reused = {}};
  for (const Json& requirement : reply.at("missing"))
    answer.missing.push_back(joined(texts_in(requirement, "any_of"), "|"));
  for (const Json& proof : reply.at("reused")) answer.reused.push_back(reuse_in_words(proof));
  return answer;
}

/// Whether the person could get in like this, as far as Usher is concerned.
bool is_open(const Answer& answer) {
  if (answer.decision == "observed") return true;
  return (answer.decision == "ask" || answer.decision == "satisfied") && answer.lacks.empty();
}

std::string what_would_be(const Answer& answer, const Palette& palette) {
  if (answer.would == "denied") return palette.paint("denied", Style::bad);
  return answer.lacks.empty() ? palette.paint("let in", Style::good)
                              : palette.paint("no way in yet", Style::warning);
}

/// The decision in a few words.
std::string headline(const Answer& answer, const Palette& palette) {
  if (answer.decision == "observed")
    return palette.paint("only observed", Style::warning) + ", would be " +
           what_would_be(answer, palette);
  if (answer.decision == "satisfied") return palette.paint("let in", Style::good);
  if (answer.decision != "ask") return palette.paint("denied", Style::bad);
  return answer.lacks.empty() ? palette.paint("let in after proof", Style::good)
                              : palette.paint("no way in yet", Style::warning);
}

std::string described(const Question& question) {
  std::string text = fmt::format(
      "{} through {}, {}", question.user, question.service,
      question.from.empty() || question.from == "local" ? "local" : "from " + question.from);
  if (!question.tty.empty()) text += ", at " + question.tty;
  if (!question.at.empty()) text += ", " + question.at;
  if (!question.session.empty()) text += ", in session " + question.session;
  if (!question.with.empty()) text += ", with " + joined(question.with, " and ");
  return text;
}

/// How to come by what is lacking, for each requirement that can be helped.
std::string remedy_for(const std::string& lack, const std::string& user) {
  std::vector<std::string> commands;
  if (lack.contains("password"))
    commands.push_back(fmt::format("`usherctl password set {}`", user));
  if (lack.contains("otp")) commands.push_back(fmt::format("`usherctl otp add {}`", user));
  return commands.empty() ? lack : fmt::format("{}: {}", lack, joined(commands, " or "));
}

Table summary_of(const Answer& answer, const Question& question) {
  Table table({"", ""});
  const auto row = [&](std::string name, std::string value, Style style = Style::plain) {
    table.add({{.text = std::move(name), .style = Style::strong},
               {.text = std::move(value), .style = style}});
  };
  row("request", described(question));
  row("rule", answer.rule.empty() ? "none" : fmt::format("{}, {}", answer.rule, answer.at));
  if (!answer.proven.empty()) row("proven", joined(answer.proven, " and "));
  for (const std::string& reused : answer.reused) row("reused", reused);
  if (!answer.missing.empty()) row("missing", joined(answer.missing, " and "));
  for (const std::string& lack : answer.lacks)
    row("lacks", remedy_for(lack, question.user), Style::warning);
  return table;
}

ExitCode show(const Globals& globals, const Question& question, const Json& reply) {
  const Answer answer = answer_in(reply);
  const Json& traces = reply.at("traces");
  const Table rules = rules_tried(traces);
  if (globals.json) {
    print_json(reply);
  } else {
    const Palette palette = palette_for(globals);
    fmt::print("{}: {}\n", headline(answer, palette), plain_line(answer.reason));
    fmt::print("{}", summary_of(answer, question).text(palette, "  "));
    if (!traces.empty())
      fmt::print("Does it match? Rules in their order, up to the one that decides:\n{}",
                 rules.text(palette, "  "));
  }
  return is_open(answer) ? ExitCode::ok : ExitCode::no;
}

ExitCode explain_login(const Globals& globals, const Question& question) {
  if (question.user.empty() || question.service.empty())
    return complain({.code = ExitCode::usage,
                     .what = "say whose login it is, and through what",
                     .next = "like `usherctl explain ada --service sshd`, or `--event ID` for one "
                             "that was"});
  Json parameters{{"user", question.user},
                  {"service", question.service},
                  {"from", question.from},
                  {"with", question.with}};
  if (!question.tty.empty()) parameters["tty"] = question.tty;
  if (!question.at.empty()) {
    const auto moment = local_moment(question.at);
    if (!moment)
      return complain({.code = ExitCode::usage,
                       .what = fmt::format("{} is no time", config::ticked(question.at)),
                       .next = "write it like --at \"2026-12-24 18:00\", in local time"});
    parameters["at"] = *moment;
  }
  if (!question.session.empty()) {
    if (!may_name_session(question.session)) return complain(not_an_id(question.session));
    parameters["session"] = question.session;
  }
  return ask_control(globals, "Explain", parameters,
                     [&](const Json& reply) { return show(globals, question, reply); });
}

Run setup_explain(CLI::App& app) {
  const auto question = std::make_shared<Question>();
  app.add_option("USER", question->user, "Who wants to come in")->type_name("");
  app.add_option("--service", question->service, "Through what: the file's name in /etc/pam.d")
      ->type_name("SERVICE");
  app.add_option("--from", question->from, "The address they come from; local without it")
      ->type_name("ADDRESS");
  app.add_option("--tty", question->tty, "The terminal or display the program names")
      ->type_name("TTY");
  app.add_option("--at", question->at, "When, in local time: \"2026-12-24 18:00\"; now without it")
      ->type_name("TIME");
  app.add_option("--with", question->with,
                 "What is proven already: publickey (to sshd), password (to a module before)")
      ->type_name("FACTOR")
      ->check(CLI::IsMember({"publickey", "password"}).description(""))
      ->allow_extra_args(false);
  app.add_option("--session", question->session,
                 "The session they stand in, by its id; none without it")
      ->type_name("ID");
  CLI::Option* event =
      app.add_option("--event", question->event, "A login that was, by the id in `usherctl log`")
          ->type_name("ID");
  for (const char* other : {"USER", "--service", "--from", "--tty", "--at", "--session", "--with"})
    event->excludes(app.get_option(other));
  return [question](const Globals& globals) {
    return question->event.empty() ? explain_login(globals, *question)
                                   : explain_event(globals, question->event);
  };
}

}  // namespace

const Command kExplain{
    .name = "explain",
    .summary = "Say what the rules make of a login, or made of one, and why",
    .lesson = R"(For root. Nobody is asked anything, and nothing is counted or logged. First the
decision, then what is still missing, then each rule that was looked at and why it
matched or not. Exits with 1 where the person could not get in like this.

With --session it is about somebody in that session, who wants to go on from there, by sudo
say: what they proved in it counts as far as a rule lets it be reused, and is shown.

With --event it is about a login that was: what it was judged by and what came of it, and
each rule's part as long as the same rules are in force. `usherctl log` has the ids, of
which the first eight digits will do. Exits with 1 where it was denied.

Examples:
  usherctl explain ada --service sshd
  usherctl explain ada --service sshd --from 192.0.2.7 --with publickey
  usherctl explain ada --service login --tty tty1 --at "2026-12-24 18:00"
  usherctl explain ada --service sudo --session 44556677
  usherctl explain --event 00112233)",
    .setup = setup_explain};

}  // namespace usher::ctl
