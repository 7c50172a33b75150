// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/config/rules_of.h"

namespace usher::config {
namespace {

using testing::rules_of;

/// What is wrong with one line of an otherwise right rule; empty where nothing is.
std::string finding_about(std::string_view line) {
  Document document("50-example.toml",
                    "[[rule]]\nname = \"r\"\nrequire = [\"otp\"]\n" + std::string(line));
  std::vector<Rule> rules;
  read_rules(document, {}, rules);
  return document.findings().empty() ? "" : document.findings().front().message;
}

TEST(Rules, AnEmptyFileHasNone) { EXPECT_TRUE(rules_of("# nothing\n").empty()); }

TEST(Rules, EverythingCanBeSaid) {
  const auto rules = rules_of(R"(
    [[rule]]
    name = "two factors"
    service = ["sshd", "login"]
    user = ["alice", "EXAMPLE\\bob smith", "carol@example.org"]
    group = ["sudo"]
    from = ["10.0.0.0/8", "2001:db8::/32", "local"]
    not_from = ["10.9.0.0/16", "10.8.0.1"]
    require = ["password | publickey", "otp"]
  )");
  ASSERT_EQ(rules.size(), 1U);
  const Rule& rule = rules[0];
  EXPECT_EQ(rule.name, "two factors");
  EXPECT_EQ(rule.services, (std::vector<std::string>{"sshd", "login"}));
  EXPECT_EQ(rule.users,
            (std::vector<std::string>{"alice", "EXAMPLE\\bob smith", "carol@example.org"}));
  EXPECT_EQ(rule.groups, (std::vector<std::string>{"sudo"}));
  ASSERT_EQ(rule.from.size(), 3U);
  EXPECT_EQ(rule.from[0].network, parse_network("10.0.0.0/8"));
  EXPECT_EQ(rule.from[0].spelling, "10.0.0.0/8");
  EXPECT_FALSE(rule.from[1].local);
  EXPECT_TRUE(rule.from[2].local);
  ASSERT_EQ(rule.not_from.size(), 2U);
  EXPECT_EQ(rule.not_from[1].network, parse_network("10.8.0.1/32"));
  EXPECT_EQ(rule.require[0].any_of, (std::vector{Factor::password, Factor::publickey}));
  EXPECT_EQ(rule.require[1].any_of, (std::vector{Factor::otp}));
  EXPECT_FALSE(rule.deny);
}

TEST(Rules, ATextIsAListOfOne) {
  const auto rules = rules_of(R"(
    [[rule]]
    name = "short"
    service = "sshd"
    user = "alice"
    group = "sudo"
    from = "local"
    not_from = "192.0.2.1"
    require = "otp"
  )");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].services, std::vector<std::string>{"sshd"});
  EXPECT_EQ(rules[0].users, std::vector<std::string>{"alice"});
  EXPECT_EQ(rules[0].groups, std::vector<std::string>{"sudo"});
  EXPECT_EQ(rules[0].from.size(), 1U);
  EXPECT_EQ(rules[0].not_from.size(), 1U);
  EXPECT_EQ(rules[0].require.size(), 1U);
}

TEST(Rules, DenyWithOrWithoutAText) {
  const auto rules = rules_of(
      "[[rule]]\nname = \"a\"\ndeny = true\n"
      "[[rule]]\nname = \"b\"\ndeny = \"Closed.\\nCome back tomorrow.\"\n");
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_TRUE(rules[0].deny);
  EXPECT_EQ(rules[0].deny_text, "");
  EXPECT_TRUE(rules[1].deny);
  EXPECT_EQ(rules[1].deny_text, "Closed.\nCome back tomorrow.");
  EXPECT_TRUE(rules[1].require.empty());
}

TEST(Rules, AKeyAloneMayBeEnough) {
  EXPECT_EQ(rules_of("[[rule]]\nname = \"a\"\nrequire = [\"publickey\"]\n").size(), 1U);
}

TEST(Rules, StandInTheOrderOfTheFileAndKnowTheirPlace) {
  const auto rules = rules_of(
      "\n[[rule]]\nname = \"z\"\nrequire = [\"otp\"]\n\n  [[rule]]\nname = \"a\"\ndeny = true\n");
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].name, "z");
  EXPECT_EQ(rules[0].at.file, "50-example.toml");
  EXPECT_EQ(rules[0].at.line, 2U);
  EXPECT_EQ(rules[0].at.column, 1U);
  EXPECT_EQ(rules[1].at.line, 6U);
  EXPECT_EQ(rules[1].at.column, 3U);
}

TEST(Rules, NamesAreUniqueOverAllFiles) {
  std::vector<Rule> rules;
  Document first("10-first.toml", "\n[[rule]]\nname = \"same\"\ndeny = true\n");
  read_rules(first, {}, rules);
  Document second("20-second.toml", "[[rule]]\nname = \"same\"\ndeny = true\n");
  read_rules(second, {}, rules);
  EXPECT_TRUE(first.findings().empty());
  ASSERT_EQ(second.findings().size(), 1U);
  EXPECT_EQ(second.findings()[0].at.line, 2U);
  EXPECT_TRUE(second.findings()[0].hint.starts_with("the other stands at 10-first.toml:2;"));
}

TEST(Rules, SayHowTheyAskAndWhetherAuthenticationMayBeSkipped) {
  Document document("f", R"([[rule]]
name = "one field"
require = ["password|publickey", "otp"]
prompt = "combined"
account = "strict"
[[rule]]
name = "others"
require = ["otp"]
prompt = "separate"
account = "lenient"
)");
  std::vector<Rule> rules;
  read_rules(document, {}, rules);
  EXPECT_TRUE(document.findings().empty());
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].prompt, PromptLayout::combined);
  EXPECT_TRUE(rules[0].strict_account);
  EXPECT_EQ(rules[1].prompt, PromptLayout::separate);
  EXPECT_FALSE(rules[1].strict_account);
}

TEST(Rules, SayWhatOfTheSessionCountsAndForHowLong) {
  const auto rules = rules_of(R"(
    [[rule]]
    name = "becoming root"
    require = ["password|publickey", "otp"]
    reuse = { otp = "8h", publickey = "7d", password = "1s" }
    [[rule]]
    name = "as a section of its own"
    require = ["password", "otp"]
    [rule.reuse]
    otp = "90s"
    [[rule]]
    name = "nothing"
    require = ["otp"]
  )");
  ASSERT_EQ(rules.size(), 3U);
  const auto seconds_of = [](const Rule& rule, Factor factor) {
    const auto window = std::ranges::find(rule.reuse, factor, &ReuseWindow::factor);
    return window == rule.reuse.end() ? 0U : window->seconds;
  };
  EXPECT_EQ(rules[0].reuse.size(), 3U);
  EXPECT_EQ(seconds_of(rules[0], Factor::otp), 8U * 3600);
  EXPECT_EQ(seconds_of(rules[0], Factor::publickey), 7U * 24 * 3600);
  EXPECT_EQ(seconds_of(rules[0], Factor::password), 1U);
  EXPECT_EQ(rules[1].reuse.size(), 1U);
  EXPECT_EQ(seconds_of(rules[1], Factor::otp), 90U);
  EXPECT_TRUE(rules[2].reuse.empty());
}

TEST(Rules, ReuseIsForWhatTheRuleRequires) {
  EXPECT_EQ(finding_about(R"(reuse = { password = "5m" })"),
            "this rule does not require `password`, so there is nothing to reuse");
  EXPECT_EQ(finding_about(R"(reuse = { otp = "5m" })"), "");
  EXPECT_EQ(finding_about(R"(reuse = { otp = "7d" })"), "");
  EXPECT_EQ(finding_about(R"(reuse = { otp = "604801s" })"),
            "`otp` is 604801s, which is out of range");
}

TEST(Rules, NothingThatIsNotBuiltIsIgnored) {
  for (const char* key : {"session", "scope"})
    EXPECT_EQ(finding_about(std::string(key) + " = true"),
              "`" + std::string(key) + "` is not supported by this version");
}

TEST(Rules, LimitsOnNamesAndTexts) {
  const auto name_of_size = [](std::size_t size) {
    Document document("f", "[[rule]]\nname = \"" + std::string(size, 'n') + "\"\ndeny = true\n");
    std::vector<Rule> rules;
    read_rules(document, {}, rules);
    return document.findings().empty();
  };
  EXPECT_TRUE(name_of_size(128));
  EXPECT_FALSE(name_of_size(129));
  EXPECT_EQ(finding_about("user = \"" + std::string(256, 'u') + "\""), "");
  EXPECT_NE(finding_about("user = \"" + std::string(257, 'u') + "\""), "");
  const auto denial_of_size = [](std::size_t size) {
    Document document("f", "[[rule]]\nname = \"n\"\ndeny = \"" + std::string(size, 'd') + "\"\n");
    std::vector<Rule> rules;
    read_rules(document, {}, rules);
    return document.findings().empty();
  };
  EXPECT_TRUE(denial_of_size(4096));
  EXPECT_FALSE(denial_of_size(4097));
}

TEST(Rules, ATextCanNotHideItsEnd) {
  EXPECT_NE(finding_about(R"(service = "sshd\u0000")"), "");
  EXPECT_NE(finding_about(R"(user = "alice\u0000bob")"), "");
  EXPECT_NE(finding_about(R"(from = "10.0.0.0/8\u0000")"), "");
  EXPECT_NE(finding_about(R"(user = "\u202eecila")"), "");
}

TEST(Rules, EverythingThatIsWrongIsReportedAtOnce) {
  Document document("50-example.toml", R"(
    [[rule]]
    name = ""
    service = "*"
    from = "10.1.0.0/8"
    require = "pin"
    colour = "blue"
  )");
  std::vector<Rule> rules;
  read_rules(document, {}, rules);
  EXPECT_EQ(document.findings().size(), 5U);
}

TEST(Rules, AHugeNestedFileIsRefusedUnparsed) {
  Document document("50-example.toml", "a" + std::string(500'000, '.'));
  EXPECT_FALSE(document.well_formed());
  EXPECT_EQ(document.findings().size(), 1U);
}

}  // namespace
}  // namespace usher::config
