// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/policy_words.h"
#include "daemon/config/expectations.h"
#include "daemon/config/units.h"
#include "daemon/policy/judge.h"

namespace usher::ctl {
namespace {

struct TestWish {
  std::vector<std::filesystem::path> files;
  std::filesystem::path own_rules;  // empty: those of the configuration
};

/// One request of an expectation that did not end as expected.
struct Failure {
  const Expectation* expectation;
  std::string user;
  std::string service;
  std::string from;
  Explanation came;  // points into the rules
};

struct TestReport {
  std::size_t files = 0;
  std::size_t holding = 0;  // expectations
  std::size_t failing = 0;
  std::vector<Failure> failures;
};

bool is_as_expected(const Expectation& expected, const Decision& came) {
  if (came.kind != expected.decision) return false;
  if (expected.would && came.would != *expected.would) return false;
  if (expected.missing && !same_in_any_order(*expected.missing, came.missing)) return false;
  return !expected.rule || *expected.rule == (came.rule == nullptr ? "" : came.rule->name);
}

/// Tries each request of the expectation; true where all end as expected.
bool try_out(const RuleSet& rules, const std::vector<Person>& people,
             const Expectation& expectation, std::vector<Failure>& failures) {
  const std::size_t before = failures.size();
  for (const std::string& user : expectation.users) {
    const auto person = std::ranges::find(people, user, &Person::name);
    for (const std::string& service : expectation.services) {
      for (const std::string& from : expectation.from) {
        Facts facts{.service = service,
                    .source = Source::of(from),
                    .tty = std::nullopt,
                    .now = expectation.now,
                    .person = person == people.end() ? nullptr : &*person,
                    .unresolved_groups = {},
                    .proven = expectation.proven};
        if (names_own_terminal(rules.services, service))
          facts.tty = expectation.tty ? std::string_view(*expectation.tty) : std::string_view();
        Explanation came = explain(rules, facts);
        if (!is_as_expected(expectation, came.decision))
          failures.push_back({&expectation, user, service, from, std::move(came)});
      }
    }
  }
  return failures.size() == before;
}

TestReport try_all(const RuleSet& rules, const std::vector<ExpectationFile>& files) {
  TestReport report;
  report.files = files.size();
  for (const ExpectationFile& file : files)
    for (const Expectation& expectation : file.expectations)
      ++(try_out(rules, file.people, expectation, report.failures) ? report.holding
                                                                   : report.failing);
  return report;
}

std::string circumstances(const Failure& failure) {
  const Expectation& expectation = *failure.expectation;
  std::string text = request_words(failure.user, failure.service, failure.from);
  if (expectation.tty) text += fmt::format(", at terminal \"{}\"", *expectation.tty);
  if (expectation.now) text += fmt::format(", on {}", expectation.now_spelling);
  for (const Proof& proof : expectation.proven)
    text += proof.by == ProvenBy::session
                ? fmt::format(", with {} of its session, {} old", name_of(proof.factor),
                              config::duration_text(static_cast<std::uint32_t>(*proof.age)))
                : fmt::format(", with {}", name_of(proof.factor));
  return text;
}

std::string expected_words(const Expectation& expectation) {
  const Decision::Kind would = expectation.would.value_or(Decision::Kind::denied);
  std::string text(name_of(expectation.decision));
  if (expectation.would) text += fmt::format(": {}", name_of(would));
  if (expectation.missing)
    text += fmt::format(
        "{}{}", text == "ask" ? " " : ", missing ",
        expectation.missing->empty() ? "nothing" : requirement_words(*expectation.missing));
  if (expectation.rule) text += " by " + named_rule(*expectation.rule);
  return text;
}

std::string came_words(const Decision& decision) {
  std::string text = outcome_words(decision.kind, decision.would, decision.missing);
  text += " by " + named_rule(decision.rule == nullptr ? "" : decision.rule->name);
  // What is denied may be so for several reasons.
  if (decision.kind == Decision::Kind::denied) text += ": " + decision.reason;
  return text;
}

void print_failure(const Failure& failure, const Palette& palette) {
  const Expectation& expectation = *failure.expectation;
  fmt::print("{}:{}: {}\n", plain_line(expectation.at.file), expectation.at.line,
             palette.paint(plain_line(expectation.name), Style::bad));
  Table summary({"", ""});
  const auto row = [&](const char* name, std::string text) {
    summary.add({{.text = name, .style = Style::strong}, {.text = std::move(text)}});
  };
  row("request", circumstances(failure));
  row("expected", expected_words(expectation));
  row("came", came_words(failure.came.decision));
  fmt::print("{}", summary.text(palette, "  "));
  if (failure.came.traces.empty()) return;
  fmt::print("  Does it match? Rules in their order, up to the one that decides:\n{}",
             table_of(failure.came.traces).text(palette, "    "));
}

Json json_of_expected(const Expectation& expectation) {
  Json json{{"decision", name_of(expectation.decision)}};
  if (expectation.would) json["would"] = name_of(*expectation.would);
  if (expectation.missing) json["missing"] = spellings_of(*expectation.missing);
  if (expectation.rule) json["rule"] = *expectation.rule;
  return json;
}

Json json_of_failure(const Failure& failure) {
  const Expectation& expectation = *failure.expectation;
  return {{"file", expectation.at.file},
          {"line", expectation.at.line},
          {"name", expectation.name},
          {"user", failure.user},
          {"service", failure.service},
          {"from", failure.from},
          {"expected", json_of_expected(expectation)},
          {"came", json_of(failure.came.decision)},
          {"traces", json_of(failure.came.traces)}};
}

ExitCode show_report(const Globals& globals, const RuleSet& rules, const TestReport& report) {
  const ExitCode code = report.failing == 0 ? ExitCode::ok : ExitCode::no;
  if (globals.json) {
    Json failures = Json::array();
    for (const Failure& failure : report.failures) failures.push_back(json_of_failure(failure));
    print_json({{"rules_version", rules.version},
                {"files", report.files},
                {"holding", report.holding},
                {"failing", report.failing},
                {"failures", std::move(failures)}});
    return code;
  }
  const Palette palette = palette_for(globals);
  for (const Failure& failure : report.failures) print_failure(failure, palette);
  const std::string holding =
      fmt::format("{} {}", counted(report.holding, "expectation", "expectations"),
                  report.holding == 1 ? "holds" : "hold");
  if (report.failing == 0)
    fmt::print("{}\n", holding);
  else
    fmt::print("{}, {} {} not\n", holding, report.failing, report.failing == 1 ? "does" : "do");
  return code;
}

/// That nothing was tried must not look like success to whoever relies on it.
ExitCode complain_of_nothing(const std::vector<std::string>& directories) {
  return complain({.code = ExitCode::configuration,
                   .what = "nothing is expected of these rules",
                   .next = fmt::format(R"(Write {}/50-ssh.test.toml, say:

    [[person]]
    name = "alice"
    groups = ["sudo"]

    [[expect]]
    name = "whoever logs in over SSH proves a code"
    user = ["alice", "nobody-we-know"]
    service = "sshd"
    from = "203.0.113.7"
    decision = "ask"
    missing = ["password|publickey", "otp"])",
                                       directories.back())});
}

ExitCode test_policy(const Globals& globals, const TestWish& wish) {
  const auto loaded = load_configuration(globals.config, wish.own_rules);
  if (!loaded) return show_mistakes(globals, loaded.error());
  const auto files = load_expectations(loaded->settings.rules, wish.files);
  if (!files) return show_mistakes(globals, files.error());
  const TestReport report = try_all(loaded->rules, *files);
  if (report.holding + report.failing == 0) return complain_of_nothing(loaded->settings.rules);
  return show_report(globals, loaded->rules, report);
}

Run setup_policy_test(CLI::App& app) {
  const auto wish = std::make_shared<TestWish>();
  app.add_option("FILE", wish->files,
                 "Expectations; without it the *.test.toml files beside the rules")
      ->type_name("");
  app.add_option("--with", wish->own_rules, "A directory in place of the last one of [rules]")
      ->type_name("DIR");
  return [wish](const Globals& globals) { return test_policy(globals, *wish); };
}

}  // namespace

const Command kPolicyTest{
    .name = "policy test",
    .summary = "Try whether the rules do what is expected of them",
    .lesson =
        R"(Judges made-up requests of made-up people by the rules in the files, in this process:
no usherd, no accounts, no network. What is expected stands beside the rules, in files
whose names end in .test.toml; docs/policy.md has all that can stand in one:

  [[person]]
  name = "alice"
  groups = ["sudo"]

  [[expect]]
  name = "administrators from outside prove a code"
  user = "alice"              any other name than a [[person]]'s: there is no such user
  service = "sshd"
  from = "203.0.113.7"        without it: local
  decision = "ask"            or denied, satisfied, observed
  missing = ["otp"]           what is still to be proven
  proven = ["publickey"]      what has been proven before
  session = { otp = "10m" }   what the session holds that it stands in, and how old it is
  rule = "administrators"     which rule decides; "" for none
  at = "2026-11-25 10:00 Europe/Berlin"

Shows each expectation that does not hold, with what came instead and why. Exits with 1
where one does not hold, with 4 where a file has mistakes or nothing is expected at all.

Examples:
  usherctl policy test
  usherctl policy test --with ~/policy/rules.d    a draft, before it is installed
  usherctl --config ./usher.toml policy test      all of it from a checkout)",
    .setup = setup_policy_test};

}  // namespace usher::ctl
