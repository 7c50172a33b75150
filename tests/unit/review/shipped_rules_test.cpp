// SPDX-License-Identifier: Apache-2.0
// What conf/ ships gives rise to no doubt.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <string>

#include "daemon/review/review.h"
#include "tests/unit/golden_file.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

namespace fs = std::filesystem;

const fs::path kConf = fs::path(USHER_SOURCE_DIR) / "conf";

std::string ssh_example() { return testing::content_of(kConf / "examples/50-ssh.toml"); }

/// All of conf/rules.d, with `own` as an administrator's 50-ssh.toml, in the order of their names.
std::string installed_with(const std::string& own) {
  std::map<std::string, std::string> files = {{"50-ssh.toml", own}};
  for (const auto& entry : fs::directory_iterator(kConf / "rules.d"))
    files[entry.path().filename().string()] = testing::content_of(entry.path());
  EXPECT_GE(files.size(), 4U);
  std::string all;
  for (const auto& [name, text] : files) all += text + '\n';
  return all;
}

TEST(ShippedRules, GiveRiseToNoDoubt) { testing::expect_no_doubt(installed_with("")); }

TEST(ShippedRules, NorDoTheyWithTheExampleAmongThem) {
  testing::expect_no_doubt(installed_with(ssh_example()));
}

/// But for the exception, which has to stand above the rule it is from, as the comment says.
TEST(ShippedRules, NorDoTheExamplesInTheExamplesComments) {
  const std::string example = ssh_example();
  const std::size_t rule = example.find("[[rule]]\nname = \"password or key");
  ASSERT_NE(rule, std::string::npos);
  const std::string comments = example.substr(example.find("\n\n#", rule));
  testing::expect_no_doubt(installed_with(
      std::regex_replace(comments, std::regex("(^|\n)# (\\[\\[rule\\]\\]|[a-z_]+ = )"), "$1$2")));
}

}  // namespace
}  // namespace usher::review
