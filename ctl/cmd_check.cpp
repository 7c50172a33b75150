// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "daemon/config/config.h"

namespace usher::ctl {
namespace {

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

Run setup_check(CLI::App& app) {
  const auto file = std::make_shared<std::filesystem::path>();
  app.add_option("FILE", *file, "Settings to check, with the rules they name; --config without it")
      ->type_name("");
  return [file](const Globals& globals) {
    const auto loaded = load_configuration(file->empty() ? globals.config : *file);
    return loaded ? approve(globals, loaded->rules) : show_mistakes(globals, loaded.error());
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
