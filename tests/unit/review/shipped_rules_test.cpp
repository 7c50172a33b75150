// SPDX-License-Identifier: Apache-2.0
// What conf/ ships gives rise to no doubt.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "daemon/review/review.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

const std::filesystem::path kRules = std::filesystem::path(USHER_SOURCE_DIR) / "conf/rules.d";

std::string content_of(const std::string& name) {
  std::ifstream in(kRules / name);
  return {std::istreambuf_iterator<char>(in), {}};
}

void expect_no_doubt(const std::string& rules) {
  const auto reading = testing::reading_of(content_of("00-services.toml") + rules);
  EXPECT_FALSE(reading.written.rules.empty());
  for (const Finding& finding : review_rules(reading)) ADD_FAILURE() << render(finding);
}

TEST(ShippedRules, GiveRiseToNoDoubt) { expect_no_doubt(content_of("50-ssh.toml")); }

/// But for the exception, which has to stand above the rule it is from, as the comment says.
TEST(ShippedRules, NorDoTheExamplesInTheirComments) {
  std::string text = content_of("50-ssh.toml");
  text.resize(text.find("[[rule]]\nname = \"password or key"));
  std::string examples = content_of("50-ssh.toml").substr(text.size());
  examples.erase(0, examples.find('#'));
  expect_no_doubt(
      std::regex_replace(examples, std::regex("(^|\n)# (\\[\\[rule\\]\\]|[a-z_]+ = )"), "$1$2"));
}

}  // namespace
}  // namespace usher::review
