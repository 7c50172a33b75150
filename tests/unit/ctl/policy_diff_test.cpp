// SPDX-License-Identifier: Apache-2.0
// `usherctl policy diff`, and the comparison behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/rule_diff.h"
#include "tests/unit/ctl/policy_files.h"

namespace usher::testing {
namespace {

using ctl::RuleChange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Rule> rules_named(const std::string& names) {
  std::vector<Rule> rules;
  for (const char name : names) rules.push_back(Rule{.name = std::string(1, name), .deny = true});
  return rules;
}

/// "-a +b >c": removed, added, moved.
std::vector<std::string> changes_from(const std::string& before, const std::string& after) {
  const std::vector<Rule> old = rules_named(before);
  const std::vector<Rule> fresh = rules_named(after);
  std::vector<std::string> all;
  for (const RuleChange& change : ctl::difference(old, fresh)) {
    const std::string kind = change.before == nullptr  ? "+"
                             : change.after == nullptr ? "-"
                             : change.moved            ? ">"
                                                       : "~";
    all.push_back(kind + (change.after != nullptr ? change.after->name : change.before->name));
  }
  return all;
}

TEST(RuleDiff, IsInTheOrderOfTheRules) {
  EXPECT_THAT(changes_from("abc", "abc"), IsEmpty());
  EXPECT_THAT(changes_from("", "ab"), ElementsAre("+a", "+b"));
  EXPECT_THAT(changes_from("ab", ""), ElementsAre("-a", "-b"));
  EXPECT_THAT(changes_from("abcd", "axcy"), ElementsAre("-b", "+x", "-d", "+y"));
}

TEST(RuleDiff, AsFewRulesAsCanBeAreMoved) {
  EXPECT_THAT(changes_from("abcd", "dabc"), ElementsAre(">d"));
  EXPECT_THAT(changes_from("abcd", "bcda"), ElementsAre(">a"));
  EXPECT_THAT(changes_from("abcd", "acbd"), ::testing::SizeIs(1));
  EXPECT_THAT(changes_from("abcde", "edcba"), ::testing::SizeIs(4));
}

TEST(RuleDiff, AMovedRuleSaysWhereItStoodAndStands) {
  const std::vector<Rule> old = rules_named("abc");
  const std::vector<Rule> fresh = rules_named("cab");
  const auto changes = ctl::difference(old, fresh);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].behind_before, &old[1]);
  EXPECT_EQ(changes[0].behind_after, nullptr);
}

constexpr auto kBefore = R"([networks]
office = ["192.0.2.0/24"]
[[rule]]
name = "administrators"
service = ["sshd", "login"]
group = ["sudo"]
from = ["@office"]
require = ["password", "otp"]
[[rule]]
name = "consoles"
service = ["login"]
require = ["password"]
[[rule]]
name = "nobody else"
deny = "Not\nhere."
)";

class PolicyDiff : public ::testing::Test {
 protected:
  PolicyDiff() : before(files.rules(kBefore)) {}
  [[nodiscard]] Outcome diff(const std::string& content, std::vector<std::string> options = {}) {
    after = files.draft(content);
    std::vector<std::string> arguments{"policy",       "diff",   "--config",
                                       files.config(), "--with", files.path("draft.d")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return usherctl(arguments);
  }
  static std::string replaced(const std::string& what, const std::string& with) {
    std::string text = kBefore;
    return text.replace(text.find(what), what.size(), with);
  }

  PolicyFiles files;
  std::string before;
  std::string after;
};

TEST_F(PolicyDiff, OrderAndSpellingThatMeanNothingAreNoDifference) {
  const Outcome outcome = diff(replaced("\"sshd\", \"login\"", "\"login\", \"sshd\", \"login\""));
  EXPECT_EQ(outcome.out, "no difference\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(diff(replaced("[\"@office\"]", "\"192.0.2.0/24\"")).exit_code, 0);
}

TEST_F(PolicyDiff, ANewMemberOfASetShowsInTheRule) {
  const Outcome outcome = diff(replaced("/24\"]", "/24\", \"198.51.100.1\"]"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "changed: \"administrators\"  " + before + ":3 → " + after +
                             ":3\n  from  192.0.2.0/24 → 192.0.2.0/24, 198.51.100.1\n"
                             "1 difference\n");
}

TEST_F(PolicyDiff, EveryKeyIsCompared) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"user = [\"root\"]", " any → root\n"},
      {"not_from = [\"local\"]", " none → local\n"},
      {"tty = [\"tty1\"]", " any → tty1\n"},
      {"hours = [\"Sat,Sun UTC\"]", " any → Sat,Sun UTC\n"},
      {"prompt = \"combined\"", " separate → combined\n"},
      {"account = \"strict\"", " lenient → strict\n"},
      {"mode = \"observe\"", " enforce → observe\n"},
  };
  for (const auto& [line, told] : lines) {
    const Outcome outcome = diff(replaced("group = [\"sudo\"]", line));
    EXPECT_EQ(outcome.exit_code, 1) << line;
    EXPECT_THAT(outcome.out, HasSubstr(told));
    EXPECT_THAT(outcome.out, HasSubstr(" sudo → any\n"));
  }
  EXPECT_THAT(diff(replaced("Not\\nhere.", "Not now.")).out,
              HasSubstr("  deny  \"Not\\nhere.\" → \"Not now.\"\n"));
}

TEST_F(PolicyDiff, AddedRemovedAndMovedRulesAreToldWithTheirPlaces) {
  const Outcome outcome = diff(R"([[rule]]
name = "nobody else"
deny = "Not\nhere."
[[rule]]
name = "consoles"
service = ["login"]
require = ["otp"]
[[rule]]
name = "jobs"
service = ["cron"]
require = ["password"]
)");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("removed: \"administrators\"  " + before + ":3\n"));
  EXPECT_THAT(outcome.out, HasSubstr("added: \"jobs\"  " + after +
                                     ":8\n  service  cron\n"
                                     "  require  password\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  require  password → otp\n"));
  EXPECT_THAT(outcome.out, HasSubstr("behind \"consoles\" → first\n"));
  EXPECT_THAT(outcome.out, HasSubstr("4 differences\n"));
}

TEST_F(PolicyDiff, AsJsonHasTheSame) {
  EXPECT_THAT(diff(kBefore, {"--json"}).out, HasSubstr("\"differences\": []"));
  const Outcome outcome = diff(replaced("[\"password\", \"otp\"]", "[\"otp\"]"), {"--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("\"what\": \"changed\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"at\": \"" + after + ":3\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"key\": \"require\""));
}

TEST_F(PolicyDiff, MistakesAreFourAndNoDirectoryIsTwo) {
  const Outcome outcome = diff("[[rule]]\n");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr(after + ":1:1: "));
  EXPECT_EQ(usherctl({"policy", "diff", "--config", files.config()}).exit_code, 2);
  EXPECT_EQ(usherctl({"policy", "diff", "--config", files.config(), "--with", files.path("no")})
                .exit_code,
            4);
}

}  // namespace
}  // namespace usher::testing
