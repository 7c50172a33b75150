// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "daemon/config/written.h"
#include "daemon/host/host.h"
#include "daemon/review/review.h"

namespace usher::ctl {
namespace {

using Findings = std::vector<Finding>;

/// What `check` found where there are no mistakes.
struct Approved {
  std::size_t rules = 0;
  std::size_t files = 0;  // with rules in them
  std::string rules_version;
  Findings doubts;
};

std::size_t count_of(const Findings& findings, Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

std::string verdict_of(const Approved& approved) {
  std::string verdict =
      fmt::format("{} in {}, no mistakes", counted(approved.rules, "rule", "rules"),
                  counted(approved.files, "file", "files"));
  const std::size_t warnings = count_of(approved.doubts, Severity::warning);
  if (warnings > 0) verdict += fmt::format(", {}", counted(warnings, "warning", "warnings"));
  return verdict;
}

void print_approved(const Globals& globals, const Approved& approved) {
  if (globals.json)
    return print_json({{"rules", approved.rules},
                       {"files", approved.files},
                       {"rules_version", approved.rules_version},
                       {"mistakes", Json::array()},
                       {"findings", json_of(approved.doubts)}});
  print_findings(approved.doubts);
  fmt::print("{}\n", verdict_of(approved));
  if (approved.rules == 0) fmt::print("Without a rule, every login is denied.\n");
}

struct CheckOptions {
  std::filesystem::path file;
  bool rules_only = false;
  bool strict = false;
};

Approved review(const config::Reading& reading, bool rules_only) {
  const RuleSet& rules = reading.configuration.rules;
  std::set<std::string> files;
  for (const Rule& rule : rules.rules) files.insert(rule.at.file);
  LinuxHost host;
  return {.rules = rules.rules.size(),
          .files = files.size(),
          .rules_version = rules.version,
          .doubts = rules_only ? review_rules(reading) : review_rules(reading, {.host = host})};
}

ExitCode check(const Globals& globals, const CheckOptions& options) {
  const auto reading =
      config::read_configuration(options.file.empty() ? globals.config : options.file);
  if (!reading) return show_mistakes(globals, reading.error());
  const Approved approved = review(*reading, options.rules_only);
  print_approved(globals, approved);
  const bool doubtful = count_of(approved.doubts, Severity::warning) > 0;
  return options.strict && doubtful ? ExitCode::configuration : ExitCode::ok;
}

Run setup_check(CLI::App& app) {
  const auto options = std::make_shared<CheckOptions>();
  app.add_option("FILE", options->file,
                 "Settings to check, with the rules they name; --config without it")
      ->type_name("");
  app.add_flag("--rules-only", options->rules_only,
               "Leave this machine out: its accounts, services and sshd");
  app.add_flag("--strict", options->strict, "Exit with 4 for warnings too");
  return [options](const Globals& globals) { return check(globals, *options); };
}

}  // namespace

const Command kCheck{
    .name = "check",
    .summary = "Look for mistakes in the configuration",
    .lesson =
        R"(Reads what usherd would read, in this process, and shows every mistake with its line
and a suggestion. Nothing takes effect by it. Exits with 4 where there are mistakes.

Where there are none, it warns of what usherd takes and you most likely did not mean:
rules that are never reached or let nobody in, accounts, groups and services that are
not on this machine, services that ask Usher and have no rule, settings of sshd that
keep its rules from working. Warnings stop nothing; --strict makes them count.

Examples:
  usherctl check                      /etc/usher/usher.toml and its rules
  usherctl check ~/draft/usher.toml   a draft, somewhere else
  usherctl check --rules-only --strict policy/usher.toml
                                      rules that are kept in git, before they are merged)",
    .setup = setup_check};

}  // namespace usher::ctl
