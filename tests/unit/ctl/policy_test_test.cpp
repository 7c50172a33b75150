// SPDX-License-Identifier: Apache-2.0
// `usherctl policy test`: expectations beside the rules, tried without usherd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/ctl/policy_files.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kRules = R"([[rule]]
name = "administrators from outside"
service = ["sshd"]
group = ["sudo"]
not_from = ["10.0.0.0/8", "local"]
require = ["password|publickey", "otp"]

[[rule]]
name = "by day"
service = ["sshd"]
hours = ["Mon-Fri 08:00-18:00 Europe/Berlin"]
require = ["password"]

[[rule]]
name = "consoles"
service = ["login"]
tty = ["tty1"]
mode = "observe"
require = ["password"]
)";

constexpr auto kAlice = "[[person]]\nname = \"alice\"\ngroups = [\"sudo\"]\n";

class PolicyTest : public ::testing::Test {
 protected:
  PolicyTest() : rules(files.rules(kRules)) {}

  /// One [[expect]] about alice, with these lines too.
  [[nodiscard]] Outcome expect(const std::string& lines, std::vector<std::string> options = {}) {
    test =
        files.write("rules.d/50-ssh.test.toml",
                    std::string(kAlice) + "[[expect]]\nname = \"x\"\nuser = \"alice\"\n" + lines);
    return run(std::move(options));
  }
  [[nodiscard]] Outcome run(std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments{"policy", "test", "--config", files.config()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return usherctl(arguments);
  }

  PolicyFiles files;
  std::string rules;
  std::string test;
};

constexpr auto kFromOutside = "service = \"sshd\"\nfrom = \"203.0.113.7\"\n";

TEST_F(PolicyTest, SaysHowManyExpectationsHold) {
  const Outcome outcome = expect(std::string(kFromOutside) + R"(proven = ["publickey"]
decision = "ask"
missing = ["otp"]
rule = "administrators from outside"
)");
  EXPECT_EQ(outcome.out, "1 expectation holds\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyTest, ShowsWhatCameInsteadAndWhy) {
  const Outcome outcome =
      expect(std::string(kFromOutside) + "decision = \"ask\"\nmissing = [\"password\"]\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, StartsWith(test + ":4: x\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  request   alice through sshd, from 203.0.113.7\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  expected  ask password\n"));
  EXPECT_THAT(
      outcome.out,
      HasSubstr(
          "  came      ask password|publickey and otp by rule \"administrators from outside\"\n"));
  EXPECT_THAT(outcome.out, HasSubstr("    yes  administrators from outside  " + rules + ":1  "));
  EXPECT_THAT(outcome.out, HasSubstr("alice is in group sudo"));
  EXPECT_THAT(outcome.out, HasSubstr("\n0 expectations hold, 1 does not\n"));
}

TEST_F(PolicyTest, EachPartOfAnExpectationCounts) {
  const std::string asked = std::string(kFromOutside) + "decision = \"ask\"\n";
  EXPECT_EQ(expect(asked).exit_code, 0);
  EXPECT_EQ(expect(asked + R"(missing = ["otp", "publickey|password"])").exit_code, 0);
  EXPECT_EQ(expect(asked + R"(missing = ["otp"])").exit_code, 1);
  EXPECT_EQ(expect(asked + R"(missing = [])").exit_code, 1);
  EXPECT_EQ(expect(asked + R"(rule = "by day")").exit_code, 1);
  EXPECT_EQ(expect(asked + R"(rule = "")").exit_code, 1);
  EXPECT_EQ(expect(std::string(kFromOutside) + "decision = \"denied\"\n").exit_code, 1);
  EXPECT_EQ(expect("service = \"sudo\"\ndecision = \"denied\"\nrule = \"\"\n").exit_code, 0);
}

TEST_F(PolicyTest, WhatARuleWouldDoCountsWhereItObserves) {
  const std::string observed = "service = \"login\"\ntty = \"tty1\"\ndecision = \"observed\"\n";
  EXPECT_EQ(expect(observed + "would = \"ask\"\n").exit_code, 0);
  EXPECT_EQ(expect(observed + "would = \"denied\"\n").exit_code, 1);
  EXPECT_EQ(expect(observed + "proven = \"password\"\nwould = \"satisfied\"\n").exit_code, 0);
}

TEST_F(PolicyTest, ALockersWordOnItsTerminalIsNotBelieved) {
  rules = files.rules("[[rule]]\nname = \"desk\"\ntty = \"tty1\"\nrequire = \"password\"\n");
  const std::string lines = "tty = \"tty1\"\ndecision = \"ask\"\n";
  EXPECT_EQ(expect("service = \"login\"\n" + lines).exit_code, 0);
  EXPECT_EQ(expect("service = \"swaylock\"\n" + lines).exit_code, 1);
}

TEST_F(PolicyTest, TheTimeIsTheOneThatIsWritten) {
  const std::string inside = "service = \"sshd\"\nfrom = \"10.0.0.7\"\n";
  EXPECT_EQ(
      expect(inside + "at = \"2026-11-25 10:00 Europe/Berlin\"\ndecision = \"ask\"\n").exit_code,
      0);
  EXPECT_EQ(expect(inside +
                   "at = \"2026-11-25 18:00 Europe/Berlin\"\ndecision = \"denied\"\nrule = \"\"\n")
                .exit_code,
            0);
  const Outcome without = expect(inside + "decision = \"ask\"\n");
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_THAT(without.out, HasSubstr("the time is not known"));
}

TEST_F(PolicyTest, EveryUserServiceAndPlaceOfAnExpectationIsTried) {
  test = files.write("rules.d/50-ssh.test.toml", std::string(kAlice) + R"([[expect]]
name = "outside"
user = ["alice", "mallory"]
service = "sshd"
from = ["203.0.113.7", "2001:db8::7"]
at = "2026-11-25 10:00 Europe/Berlin"
decision = "ask"
missing = ["password|publickey", "otp"]
)");
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("mallory through sshd, from 203.0.113.7"));
  EXPECT_THAT(outcome.out, HasSubstr("mallory through sshd, from 2001:db8::7"));
  EXPECT_THAT(outcome.out, HasSubstr("there is no such account"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("alice through sshd")));
  EXPECT_THAT(outcome.out, HasSubstr("0 expectations hold, 1 does not\n"));
}

TEST_F(PolicyTest, FilesMayBeNamedInstead) {
  static_cast<void>(expect(std::string(kFromOutside) + "decision = \"denied\"\n"));
  const std::string other = files.write(
      "else.toml",
      "[[expect]]\nname = \"y\"\nuser = \"bob\"\nservice = \"cron\"\ndecision = \"denied\"\n");
  EXPECT_EQ(run().exit_code, 1);
  EXPECT_EQ(run({other}).out, "1 expectation holds\n");
  EXPECT_EQ(run({other, test}).exit_code, 1);
}

TEST_F(PolicyTest, ADraftIsTestedWithItsOwnExpectations) {
  static_cast<void>(files.draft("[[rule]]\nname = \"nobody\"\ndeny = true\n"));
  static_cast<void>(expect(std::string(kFromOutside) + "decision = \"ask\"\n"));
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_EQ(run({"--with", files.path("draft.d"), test}).exit_code, 1);
  static_cast<void>(files.write(
      "draft.d/50-ssh.test.toml",
      "[[expect]]\nname = \"y\"\nuser = \"bob\"\nservice = \"cron\"\ndecision = \"denied\"\n"));
  EXPECT_EQ(run({"--with", files.path("draft.d")}).out, "1 expectation holds\n");
}

TEST_F(PolicyTest, AsJsonHasTheSame) {
  const Outcome outcome = expect(std::string(kFromOutside) + "decision = \"denied\"\n", {"--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("\"holding\": 0,\n  \"failing\": 1,"));
  EXPECT_THAT(outcome.out, HasSubstr("\"expected\": {\n        \"decision\": \"denied\"\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\"at\": \"" + rules + ":1\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"match\": \"yes\""));
}

TEST_F(PolicyTest, MistakesAreFour) {
  const Outcome misspelt = expect("servise = \"sshd\"\ndecision = \"ask\"\n");
  EXPECT_EQ(misspelt.exit_code, 4);
  EXPECT_THAT(misspelt.out, HasSubstr(test + ":7:1: "));
  EXPECT_THAT(misspelt.out, HasSubstr("did you mean `service`?"));
  EXPECT_EQ(run({"--json"}).exit_code, 4);
  static_cast<void>(files.rules("[[rule]]\n"));
  EXPECT_EQ(run().exit_code, 4);
  EXPECT_EQ(run({files.path("missing.test.toml")}).exit_code, 4);
  EXPECT_EQ(run({"--with", files.path("missing")}).exit_code, 4);
}

TEST_F(PolicyTest, TheShippedExampleHoldsWithTheShippedRules) {
  const std::filesystem::path conf = std::filesystem::path(USHER_COMPLETIONS) / "../../conf";
  for (const char* folder : {"rules.d", "examples"})
    for (const auto& entry : std::filesystem::directory_iterator(conf / folder)) {
      std::ifstream file(entry.path());
      static_cast<void>(files.write("rules.d/" + entry.path().filename().string(),
                                    {std::istreambuf_iterator<char>(file), {}}));
    }
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("3 expectations hold\n"));
}

TEST_F(PolicyTest, NothingExpectedIsNoSuccess) {
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("nothing is expected of these rules"));
  EXPECT_THAT(outcome.err, HasSubstr(files.path("rules.d/50-ssh.test.toml")));
}

}  // namespace
}  // namespace usher::testing
