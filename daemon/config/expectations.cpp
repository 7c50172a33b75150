// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "daemon/config/expectation_keys.h"
#include "daemon/config/findings.h"
#include "daemon/config/lists.h"
#include "daemon/config/rule_files.h"
#include "daemon/config/safe_file.h"
#include "daemon/config/text.h"

namespace usher {
namespace config {
namespace {

constexpr std::array<std::string_view, 2> kSections = {"person", "expect"};

void read_person(Document& document, const toml::table& table, ExpectationFile& file) {
  Person person;
  read_person_keys(document, table, person);
  if (!person.name.empty() && contains(file.people, person.name, &Person::name))
    document.report(table.get("name")->source().begin,
                    fmt::format("there is already a person named {}", ticked(person.name)),
                    "give one of them all the groups");
  file.people.push_back(std::move(person));
}

/// Usher takes no such program's word for where it is (is_started_by_anybody()).
void check_terminal(Document& document, const toml::table& table, const Expectation& expectation) {
  if (!expectation.tty) return;
  const auto found = std::ranges::find_if(expectation.services, is_started_by_anybody);
  if (found != expectation.services.end())
    document.report(table.get("tty")->source().begin,
                    fmt::format("what {} says of its terminal is never believed", ticked(*found)),
                    "take `tty` out here");
}

void check_would(Document& document, const toml::table& table, const Expectation& expectation) {
  if (expectation.would && expectation.decision != Decision::Kind::observed)
    document.report(table.get("would")->source().begin,
                    "`would` says what a rule that only observes makes of a request",
                    R"(take it out, or write decision = "observed")");
}

void read_expectation(Document& document, const toml::table& table, ExpectationFile& file) {
  Expectation expectation;
  expectation.at = document.position_of(table.source().begin);
  read_expect_keys(document, table, expectation);
  if (!table.contains("from")) expectation.from.emplace_back();
  check_terminal(document, table, expectation);
  check_would(document, table, expectation);
  file.expectations.push_back(std::move(expectation));
}

void report_stranger_here(Document& document, const toml::key& key) {
  const auto at = key.source().begin;
  if (key.str() == "rule")
    return document.report(at, "a file of expectations holds no rules, and none in it would count",
                           "put the rule into a file whose name does not end in .test.toml");
  if (is_key_of_expectations(key.str()))
    return document.report(at,
                           fmt::format("{} stands outside of any expectation", ticked(key.str())),
                           "start it with a line [[expect]] or [[person]] above");
  std::string hint = did_you_mean(key.str(), kSections);
  if (hint.empty()) hint = "it holds [[person]] and [[expect]]";
  document.report(
      at, fmt::format("there is nothing named {} in a file of expectations", ticked(key.str())),
      hint);
}

/// The tables of [[name]]; none, and a report, where it is written otherwise.
std::vector<const toml::table*> tables_of(Document& document, const toml::key& key,
                                          const toml::node& node) {
  std::vector<const toml::table*> tables;
  if (const auto* list = node.as_array())
    for (const toml::node& element : *list) tables.push_back(element.as_table());
  if (!node.is_array() || contains(tables, nullptr)) {
    document.report(
        key.source().begin, fmt::format("this is not how {} starts", ticked(key.str())),
        fmt::format("write [[{}]], in two pairs of brackets, alone on the line", key.str()));
    tables.clear();
  }
  return tables;
}

}  // namespace

ExpectationFile read_expectations(Document& document) {
  ExpectationFile file;
  for (auto&& [key, node] : document.root()) {
    if (!contains(kSections, key.str())) {
      report_stranger_here(document, key);
      continue;
    }
    for (const toml::table* table : tables_of(document, key, node)) {
      if (key.str() == "person")
        read_person(document, *table, file);
      else
        read_expectation(document, *table, file);
    }
  }
  return file;
}

}  // namespace config

namespace {

config::RuleFiles read_those(std::span<const std::filesystem::path> files) {
  config::RuleFiles read;
  for (const std::filesystem::path& file : files) {
    auto text = config::read_safe_file(file);
    if (text)
      read.files.push_back({file.string(), file.filename().string(), std::move(*text)});
    else
      read.problems.push_back({file.string(), std::move(text.error()), std::nullopt});
  }
  return read;
}

}  // namespace

std::expected<std::vector<ExpectationFile>, std::vector<Finding>> load_expectations(
    std::span<const std::string> directories, std::span<const std::filesystem::path> files) {
  const config::RuleFiles found =
      files.empty() ? config::find_expectation_files(directories) : read_those(files);
  std::vector<Finding> findings;
  findings.reserve(found.problems.size());
  for (const config::RuleFileProblem& problem : found.problems)
    findings.push_back(config::finding_about(problem.path, problem.problem));
  std::vector<ExpectationFile> loaded;
  loaded.reserve(found.files.size());
  for (const config::RuleFile& file : found.files) {
    config::Document document(file.path, file.text);
    loaded.push_back(config::read_expectations(document));
    findings.insert(findings.end(), document.findings().begin(), document.findings().end());
  }
  if (findings.empty()) return loaded;
  config::sort_by_place(findings);
  return std::unexpected(std::move(findings));
}

}  // namespace usher
