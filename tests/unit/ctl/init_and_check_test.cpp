// SPDX-License-Identifier: Apache-2.0
// The commands that need no usherd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInitSettings = R"([state]
store = "store.db"
master_key = "master.key"
[rules]
directories = ["rules.d"]
)";
constexpr auto kRule = R"([[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
)";

class WithoutUsherd : public ::testing::Test {
 protected:
  WithoutUsherd() : config(folder.write("usher.toml", kInitSettings)) {
    rules = folder.write("rules.d/50-ssh.toml", kRule);
  }
  ScratchFolder folder;
  std::string config;
  std::string rules;
};

TEST_F(WithoutUsherd, InitMakesStoreAndKeyWhereTheConfigurationSays) {
  const Outcome outcome = usherctl({"init", "--config", config});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(folder.path() + "/store.db"));
  EXPECT_TRUE(fs::exists(folder.path() + "/master.key"));
  EXPECT_THAT(outcome.out, HasSubstr(folder.path() + "/store.db\n"));
  EXPECT_THAT(outcome.out, HasSubstr("usherctl password set"));
}

TEST_F(WithoutUsherd, InitTakesItsPathsFromTheCommandLine) {
  const Outcome outcome = usherctl({"init", "--store", folder.path() + "/s", "--master-key",
                                    folder.path() + "/k", "--config", "/nonexistent", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(folder.path() + "/s"));
  EXPECT_THAT(outcome.out, HasSubstr("\"master_key\": \"" + folder.path() + "/k\""));
}

TEST_F(WithoutUsherd, InitDoesNothingTwice) {
  ASSERT_EQ(usherctl({"init", "--config", config}).exit_code, 0);
  const Outcome again = usherctl({"init", "--config", config});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_EQ(again.out, "");
  EXPECT_THAT(again.err, HasSubstr("is there already"));
}

TEST_F(WithoutUsherd, InitWorksWhileRulesAreStillWrong) {
  static_cast<void>(folder.write("rules.d/60-draft.toml", "[[rule]]\n"));
  EXPECT_EQ(usherctl({"init", "--config", config}).exit_code, 0);
}

TEST_F(WithoutUsherd, InitGuessesNoPathFromSettingsWithAMistake) {
  config = folder.write("usher.toml", "[state]\nstor = \"x\"\n");
  const Outcome outcome = usherctl({"init", "--config", config});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean `store`?"));
}

TEST_F(WithoutUsherd, CheckCountsRulesAndFiles) {
  const Outcome outcome = usherctl({"check", config, "--rules-only"});
  EXPECT_EQ(outcome.out, "1 rule in 1 file, no mistakes\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(usherctl({"check", "--config", config, "--rules-only"}).out, outcome.out);
}

TEST_F(WithoutUsherd, CheckSaysWhatNoRulesMean) {
  rules = folder.write("rules.d/50-ssh.toml", "");
  const Outcome outcome = usherctl({"check", config, "--rules-only"});
  EXPECT_EQ(outcome.out,
            "0 rules in 0 files, no mistakes\nWithout a rule, every login is denied.\n");
}

TEST_F(WithoutUsherd, CheckShowsEachMistake) {
  rules = folder.write("rules.d/50-ssh.toml",
                       "[[rule]]\nname = \"x\"\nservise = [\"sshd\"]\nrequire = [\"otpp\"]\n");
  const Outcome outcome = usherctl({"check", config});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr(rules + ":3:1: "));
  EXPECT_THAT(outcome.out, HasSubstr("    servise = [\"sshd\"]\n    ^\n"));
  EXPECT_THAT(outcome.out, HasSubstr("2 mistakes\n"));
}

TEST_F(WithoutUsherd, CheckAsJsonHasTheSame) {
  EXPECT_THAT(usherctl({"check", config, "--json"}).out, HasSubstr("\"mistakes\": []"));
  rules = folder.write("rules.d/50-ssh.toml", "[[rule]]\nname = \"x\"\n");
  const Outcome outcome = usherctl({"check", config, "--json"});
  EXPECT_EQ(outcome.exit_code, 4);
  const auto told = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(told["mistakes"][0]["line"], 1);
  EXPECT_FALSE(told["mistakes"][0].contains("severity"));
  EXPECT_EQ(told["findings"][0]["severity"], "mistake");
  EXPECT_EQ(told["findings"][0]["message"], told["mistakes"][0]["message"]);
}

constexpr auto kDoubtful = R"([[rule]]
name = "keys for su"
service = ["su"]
require = ["publickey"]
[[rule]]
name = "bob's su"
service = ["su"]
user = ["nobody-has-this-name"]
require = ["password"]
)";

TEST_F(WithoutUsherd, CheckWarnsAndIsContent) {
  rules = folder.write("rules.d/50-ssh.toml", kDoubtful);
  const Outcome outcome = usherctl({"check", config, "--rules-only"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr(rules + ":4:12: warning: nobody can prove a public key"));
  EXPECT_THAT(outcome.out, HasSubstr("    require = [\"publickey\"]\n               ^\n"));
  EXPECT_THAT(outcome.out, HasSubstr(rules + ":5:1: warning: this rule is never reached"));
  EXPECT_THAT(outcome.out, EndsWith("\n2 rules in 1 file, no mistakes, 2 warnings\n"));
}

TEST_F(WithoutUsherd, CheckLooksAtTheMachineUnlessToldNotTo) {
  rules = folder.write("rules.d/50-ssh.toml", kDoubtful);
  constexpr auto kNoUser = "there is no user `nobody-has-this-name` on this machine";
  const Outcome outcome = usherctl({"check", config});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr(kNoUser));
  EXPECT_THAT(usherctl({"check", config, "--rules-only"}).out, Not(HasSubstr(kNoUser)));
}

TEST_F(WithoutUsherd, StrictCheckTakesWarningsForMistakes) {
  EXPECT_EQ(usherctl({"check", config, "--rules-only", "--strict"}).exit_code, 0);
  rules = folder.write("rules.d/50-ssh.toml", kDoubtful);
  const Outcome outcome = usherctl({"check", config, "--rules-only", "--strict"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.out, usherctl({"check", config, "--rules-only"}).out);
}

TEST_F(WithoutUsherd, CheckTellsProgramsItsWarningsApart) {
  rules = folder.write("rules.d/50-ssh.toml", kDoubtful);
  const Outcome outcome = usherctl({"check", config, "--rules-only", "--json"});
  EXPECT_EQ(outcome.exit_code, 0);
  const auto told = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(told["rules"], 2);
  EXPECT_TRUE(told["mistakes"].empty());
  ASSERT_EQ(told["findings"].size(), 2U);
  const auto& first = told["findings"][0];
  EXPECT_EQ(first["severity"], "warning");
  EXPECT_EQ(first["file"], rules);
  EXPECT_EQ(first["line"], 4);
  EXPECT_EQ(first["column"], 12);
  EXPECT_THAT(first["message"], HasSubstr("public key"));
  EXPECT_THAT(first["hint"], HasSubstr("deny = true"));
}

TEST_F(WithoutUsherd, CheckWarnsOfNothingWhileThereAreMistakes) {
  rules = folder.write("rules.d/50-ssh.toml", kDoubtful + std::string("nmae = 1\n"));
  const Outcome outcome = usherctl({"check", config, "--rules-only"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, Not(HasSubstr("warning")));
  EXPECT_THAT(outcome.out, EndsWith("\n1 mistake\n"));
}

}  // namespace
}  // namespace usher::testing
