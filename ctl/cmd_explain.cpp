// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

struct Question {
  std::string user;
  std::string service;
  std::string from;
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
  std::string decision;  // "denied", "ask", "satisfied"
  std::string reason;
  std::string rule;
  std::string at;
  std::vector<std::string> proven;
  std::vector<std::string> missing;
  std::vector<std::string> lacks;  // of `missing`, what the person could not answer
};

Answer answer_in(const Json& reply) {
  Answer answer{.decision = reply.at("decision").get<std::string>(),
                .reason = reply.at("reason").get<std::string>(),
                .rule = reply.at("rule").get<std::string>(),
                .at = reply.at("at").get<std::string>(),
                .proven = texts_in(reply, "proven"),
                .missing = {},
                .lacks = texts_in(reply, "lacks")};
  for (const Json& requirement : reply.at("missing"))
    answer.missing.push_back(joined(texts_in(requirement, "any_of"), "|"));
  return answer;
}

/// Whether the person could get in like this.
bool is_open(const Answer& answer) {
  return (answer.decision == "ask" || answer.decision == "satisfied") && answer.lacks.empty();
}

/// The decision in a few words.
std::string headline(const Answer& answer, const Palette& palette) {
  if (answer.decision == "satisfied") return palette.paint("let in", Style::good);
  if (answer.decision != "ask") return palette.paint("denied", Style::bad);
  return answer.lacks.empty() ? palette.paint("let in after proof", Style::good)
                              : palette.paint("no way in yet", Style::warning);
}

std::string described(const Question& question) {
  std::string text = fmt::format(
      "{} through {}, {}", question.user, question.service,
      question.from.empty() || question.from == "local" ? "local" : "from " + question.from);
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
  if (!answer.missing.empty()) row("missing", joined(answer.missing, " and "));
  for (const std::string& lack : answer.lacks)
    row("lacks", remedy_for(lack, question.user), Style::warning);
  return table;
}

Table rules_tried(const Json& traces) {
  Table table({"", "", "", ""});
  for (const Json& trace : traces) {
    const auto match = trace.at("match").get<std::string>();
    const Style style = match == "yes" ? Style::good : Style::quiet;
    table.add({{.text = match, .style = match == "unknown" ? Style::bad : style},
               {.text = trace.at("rule").get<std::string>()},
               {.text = trace.at("at").get<std::string>(), .style = Style::quiet},
               {.text = trace.at("why").get<std::string>()}});
  }
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

Run setup_explain(CLI::App& app) {
  const auto question = std::make_shared<Question>();
  app.add_option("USER", question->user, "Who wants to come in")->type_name("")->required();
  app.add_option("--service", question->service, "Through what: the file's name in /etc/pam.d")
      ->type_name("SERVICE")
      ->required();
  app.add_option("--from", question->from, "The address they come from; local without it")
      ->type_name("ADDRESS");
  app.add_option("--with", question->with,
                 "What is proven already: publickey (to sshd), password (to a module before)")
      ->type_name("FACTOR")
      ->check(CLI::IsMember({"publickey", "password"}).description(""))
      ->allow_extra_args(false);
  return [question](const Globals& globals) {
    const Json parameters{{"user", question->user},
                          {"service", question->service},
                          {"from", question->from},
                          {"with", question->with}};
    return ask_control(globals, "Explain", parameters,
                       [&](const Json& reply) { return show(globals, *question, reply); });
  };
}

}  // namespace

const Command kExplain{
    .name = "explain",
    .summary = "Say what the rules in force would make of a login, and why",
    .lesson = R"(For root. Nobody is asked anything, and nothing is counted or logged. First the
decision, then what is still missing, then each rule that was looked at and why it
matched or not. Exits with 1 where the person could not get in like this.

Examples:
  usherctl explain ada --service sshd
  usherctl explain ada --service sshd --from 192.0.2.7 --with publickey)",
    .setup = setup_explain};

}  // namespace usher::ctl
