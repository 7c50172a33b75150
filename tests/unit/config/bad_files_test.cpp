// SPDX-License-Identifier: Apache-2.0
// Each bad/NAME.toml is a mistake somebody will make; bad/NAME.expected is all that they are told.
// USHER_REWRITE_EXPECTED=1 in the environment writes the latter anew, for reading in a diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "daemon/config/document.h"
#include "daemon/config/expectations.h"
#include "daemon/config/settings.h"
#include "tests/unit/config/rule_file.h"
#include "tests/unit/golden_file.h"

namespace usher::config {
namespace {

namespace fs = std::filesystem;

const fs::path kDirectory = fs::path(USHER_SOURCE_DIR) / "tests/unit/config/bad";

/// Every finding about the file, in the order of its lines.
std::string rendered_findings(const fs::path& file) {
  const bool settings = file.filename().string().starts_with("settings-");
  const bool expectations = file.filename().string().starts_with("test-");
  Document document(settings       ? "usher.toml"
                    : expectations ? "50-example.test.toml"
                                   : "50-example.toml",
                    testing::content_of(file));
  if (settings)
    static_cast<void>(read_settings(document, "/etc/usher"));
  else if (expectations)
    static_cast<void>(read_expectations(document));
  else
    static_cast<void>(testing::read_rule_file(document));

  auto findings = document.findings();
  std::ranges::sort(findings, {}, [](const Finding& finding) {
    return std::tie(finding.at.line, finding.at.column, finding.message);
  });
  std::string text;
  for (const Finding& finding : findings) text += render(finding);
  return text;
}

class BadFile : public ::testing::TestWithParam<fs::path> {};

TEST_P(BadFile, IsReportedSoThatANewcomerCanMendIt) {
  testing::expect_told(rendered_findings(GetParam()), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Config, BadFile, ::testing::ValuesIn(testing::toml_files_in(kDirectory)),
                         testing::test_name_of);

}  // namespace
}  // namespace usher::config
