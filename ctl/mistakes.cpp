// SPDX-License-Identifier: Apache-2.0
#include "ctl/mistakes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "ctl/output.h"
#include "ctl/plain_text.h"

namespace usher::ctl {

ExitCode show_mistakes(const Globals& globals, const std::vector<Finding>& findings) {
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

}  // namespace usher::ctl
