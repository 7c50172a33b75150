// SPDX-License-Identifier: Apache-2.0
// What conf/ ships has to be what the code does.
#include <gtest/gtest.h>

#include <regex>

#include "daemon/config/rules.h"
#include "daemon/config/settings.h"
#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/golden_file.h"

namespace usher::config {
namespace {

const std::filesystem::path kConf = std::filesystem::path(USHER_SOURCE_DIR) / "conf";

/// The text with "# key = value" made "key = value".
std::string with_defaults_set(const std::string& text) {
  return std::regex_replace(text, std::regex("(^|\n)# ([a-z_]+ = )"), "$1$2");
}

TEST(Shipped, UsherTomlChangesNothing) {
  Document document("usher.toml", testing::content_of(kConf / "usher.toml"));
  EXPECT_EQ(read_settings(document, "/nowhere").settings, Settings{});
  EXPECT_TRUE(document.findings().empty());
  for (auto&& [section, keys] : document.root()) {
    ASSERT_TRUE(keys.is_table()) << section.str();
    EXPECT_TRUE(keys.as_table()->empty());
  }
}

TEST(Shipped, UsherTomlShowsTheDefaultOfEverySetting) {
  Document document("usher.toml", with_defaults_set(testing::content_of(kConf / "usher.toml")));
  const SettingsFile file = read_settings(document, "/nowhere");
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  EXPECT_EQ(file.settings, Settings{});
  EXPECT_EQ(file.services, ServiceTraits{});
  EXPECT_EQ(file.admins, Administrators{});

  std::size_t shown = 0;
  for (auto&& [section, keys] : document.root())
    shown += keys.is_table() ? keys.as_table()->size() : 1;
  EXPECT_EQ(shown, setting_names().size());
  for (const std::string& name : setting_names())
    EXPECT_TRUE(document.root().at_path(name)) << name << " is not in conf/usher.toml";
}

TEST(Shipped, TheRulesAreRight) {
  std::vector<Rule> rules;
  std::vector<Document> documents;
  Sets sets;
  for (const auto& entry : std::filesystem::directory_iterator(kConf / "rules.d"))
    documents.emplace_back(entry.path().filename().string(), testing::content_of(entry.path()));
  for (Document& document : documents) read_sets(document, sets);
  for (Document& document : documents) {
    read_rules(document, sets, rules);
    for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  }
  EXPECT_GT(documents.size(), 1U);
  EXPECT_FALSE(rules.empty());
}

/// Installing them changes nobody's login.
TEST(Shipped, TheRulesOnlyObserve) {
  for (const char* file : {"10-not-logins.toml", "99-everything-else.toml"}) {
    Document services("00-services.toml", testing::content_of(kConf / "rules.d/00-services.toml"));
    Document document(file, testing::content_of(kConf / "rules.d" / file));
    Sets sets;
    read_sets(services, sets);
    std::vector<Rule> rules;
    read_rules(document, sets, rules);
    ASSERT_EQ(rules.size(), 1U) << file;
    EXPECT_TRUE(rules[0].observe) << file;
  }
}

TEST(Shipped, SshWantsTwoFactors) {
  Document document("50-ssh.toml", testing::content_of(kConf / "examples/50-ssh.toml"));
  std::vector<Rule> rules;
  read_rules(document, {}, rules);
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].services, std::vector<std::string>{"sshd"});
  const std::vector<Requirement> expected = {{.any_of = {Factor::password, Factor::publickey}},
                                             {.any_of = {Factor::otp}}};
  EXPECT_EQ(rules[0].require, expected);
}

TEST(Shipped, TheExamplesInCommentsAreRight) {
  std::string text = testing::content_of(kConf / "examples/50-ssh.toml");
  text = std::regex_replace(text, std::regex("\n# (\\[\\[rule\\]\\]|[a-z_]+ = )"), "\n$1");
  Document services("00-services.toml", testing::content_of(kConf / "rules.d/00-services.toml"));
  Document document("50-ssh.toml", text);
  Sets sets;
  read_sets(services, sets);
  std::vector<Rule> rules;
  read_rules(document, sets, rules);
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  EXPECT_EQ(rules.size(), 5U);
}

/// Whoever knows a locker under [login] knows it in a rule.
TEST(Shipped, TheSetOfScreenLockersIsTheOneOfTheSettings) {
  Document services("00-services.toml", testing::content_of(kConf / "rules.d/00-services.toml"));
  Sets sets;
  read_sets(services, sets);
  const auto& of_services = sets[static_cast<std::size_t>(SetKind::services)];
  ASSERT_TRUE(of_services.contains("screen-lockers"));
  EXPECT_EQ(of_services.at("screen-lockers").names, ServiceTraits{}.screen_lockers);
}

}  // namespace
}  // namespace usher::config
