// SPDX-License-Identifier: Apache-2.0
#include "ctl/mistakes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

Json json_of_one(const Finding& finding) {
  return {{"file", finding.at.file},     {"line", finding.at.line},
          {"column", finding.at.column}, {"message", finding.message},
          {"hint", finding.hint},        {"source_line", finding.source_line}};
}

}  // namespace

Json json_of(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json row = {{"severity", name_of(finding.severity)}};
    row.update(json_of_one(finding));
    list.push_back(std::move(row));
  }
  return list;
}

void print_findings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) fmt::print("{}", plain(render(finding)));
}

ExitCode show_mistakes(const Globals& globals, const std::vector<Finding>& findings) {
  if (globals.json) {
    Json mistakes = Json::array();
    for (const Finding& finding : findings) mistakes.push_back(json_of_one(finding));
    print_json({{"mistakes", std::move(mistakes)}, {"findings", json_of(findings)}});
    return ExitCode::configuration;
  }
  print_findings(findings);
  fmt::print("{}\n", counted(findings.size(), "mistake", "mistakes"));
  return ExitCode::configuration;
}

}  // namespace usher::ctl
