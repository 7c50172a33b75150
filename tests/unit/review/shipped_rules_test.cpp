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

const std::filesystem::path kConf = std::filesystem::path(USHER_SOURCE_DIR) / "conf";

std::string content_of(const std::string& name) {
  std::ifstream in(kConf / name);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The shipped rules with `rules` in their midst, where an administrator's stand.
void expect_no_doubt(const std::string& rules) {
  const auto reading = testing::reading_of(content_of("rules.d/00-services.toml") +
                                           content_of("rules.d/10-not-logins.toml") + rules +
                                           content_of("rules.d/99-everything-else.toml"));
  EXPECT_GE(reading.written.rules.size(), 2U);
  for (const Finding& finding : review_rules(reading)) ADD_FAILURE() << render(finding);
}

TEST(ShippedRules, GiveRiseToNoDoubt) { expect_no_doubt(""); }

TEST(ShippedRules, NorDoesTheExampleBetweenThem) {
  expect_no_doubt(content_of("examples/50-ssh.toml"));
}

/// But for the exception, which has to stand above the rule it is from, as the comment says.
TEST(ShippedRules, NorDoTheExamplesInItsComments) {
  std::string examples = content_of("examples/50-ssh.toml");
  examples.erase(0, examples.find("[[rule]]\nname = \"password or key"));
  examples.erase(0, examples.find('#'));
  expect_no_doubt(
      std::regex_replace(examples, std::regex("(^|\n)# (\\[\\[rule\\]\\]|[a-z_]+ = )"), "$1$2"));
}

}  // namespace
}  // namespace usher::review
