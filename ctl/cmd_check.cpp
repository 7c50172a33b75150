// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "daemon/config/config.h"

namespace usher::ctl {
namespace {

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

ExitCode approve(const Globals& globals, const RuleSet& rules) {
  std::set<std::string> files;
  for (const Rule& rule : rules.rules) files.insert(rule.at.file);
  if (globals.json) {
    print_json({{"rules", rules.rules.size()},
                {"files", files.size()},
                {"rules_version", rules.version},
                {"mistakes", Json::array()}});
    return ExitCode::ok;
  }
  fmt::print("{} in {}, no mistakes\n", counted(rules.rules.size(), "rule", "rules"),
             counted(files.size(), "file", "files"));
  if (rules.rules.empty()) fmt::print("Without a rule, every login is denied.\n");
  return ExitCode::ok;
}

ExitCode reject(const Globals& globals, const std::vector<Finding>& findings) {
  if (globals.json) {
    Json mistakes = Json::array();
    for (const Finding& finding : findings)
      mistakes.push_back({{"file", finding.at.file},
                          {"line", finding.at.line},
                          {"column", finding.at.column},
                          {"message", finding.message},
                          {"hint", finding.hint},
                          {"source_line", finding.source_line}});
    print_json({{"mistakes", std::move(mistakes)}});
    return ExitCode::configuration;
  }
  for (const Finding& finding : findings) fmt::print("{}", plain(render(finding)));
  fmt::print("{}\n", counted(findings.size(), "mistake", "mistakes"));
  return ExitCode::configuration;
}

Run setup_check(CLI::App& app) {
  const auto file = std::make_shared<std::filesystem::path>();
  app.add_option("FILE", *file, "Settings to check, with the rules they name; --config without it")
      ->type_name("");
  return [file](const Globals& globals) {
    const auto loaded = load_configuration(file->empty() ? globals.config : *file);
    return loaded ? approve(globals, loaded->rules) : reject(globals, loaded.error());
  };
}

}  // namespace

const Command kCheck{
    .name = "check",
    .summary = "Look for mistakes in the configuration",
    .lesson =
        R"(Reads what usherd would read, in this process, and shows every mistake with its line
and a suggestion. Nothing takes effect by it. Exits with 4 where there are mistakes.

Examples:
  usherctl check                      /etc/usher/usher.toml and its rules
  usherctl check ~/draft/usher.toml   a draft, somewhere else)",
    .setup = setup_check};

}  // namespace usher::ctl
