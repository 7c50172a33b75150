// SPDX-License-Identifier: Apache-2.0
// `usherctl policy test`: needs neither usherd nor accounts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class PolicyTest : public ::testing::Test {
 protected:
  static constexpr auto kRules = R"([[rule]]
name = "administrators"
service = ["sshd"]
group = ["sudo"]
require = ["password|publickey", "otp"]
)";
  static constexpr auto kHolds = R"([[person]]
name = "ada"
groups = ["sudo"]

[[expect]]
name = "a key leaves the code"
user = "ada"
service = "sshd"
from = ["192.0.2.7", "local"]
proven = ["publickey"]
decision = "ask"
missing = ["otp"]
rule = "administrators"
)";

  PolicyTest() {
    settings_ = folder_.write("usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n");
    folder_.write("rules.d/50-ssh.toml", kRules);
  }
  Outcome policy_test(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"policy", "test", "--config", settings_.string()};
    words.insert(words.end(), more.begin(), more.end());
    return usherctl(words);
  }

  ScratchDirectory folder_;
  std::filesystem::path settings_;
};

TEST_F(PolicyTest, CountsWhatHolds) {
  folder_.write("rules.d/50-ssh.test.toml", kHolds);
  const Outcome outcome = policy_test();
  EXPECT_EQ(outcome.out, "1 expectation holds\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyTest, ShowsWhatDoesNotHoldAndWhy) {
  folder_.write("rules.d/50-ssh.test.toml", std::string(kHolds) + R"(
[[expect]]
name = "strangers too"
user = "eve"
service = "sshd"
decision = "ask"
)");
  const Outcome outcome = policy_test();
  EXPECT_THAT(outcome.out, HasSubstr("50-ssh.test.toml:15: strangers too\n"));
  EXPECT_THAT(outcome.out, HasSubstr("expected  ask\n"));
  EXPECT_THAT(outcome.out, HasSubstr("came      denied by no rule: no rule matches"));
  EXPECT_THAT(outcome.out, HasSubstr("no  administrators"));
  EXPECT_THAT(outcome.out, HasSubstr("1 expectation holds, 1 does not\n"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(policy_test({"--json"}).out, HasSubstr("\"failing\": 1"));
}

TEST_F(PolicyTest, EachThingThatIsExpectedCounts) {
  for (const char* line : {"decision = \"denied\"", "missing = [\"password\"]", "rule = \"\""}) {
    std::string text = kHolds;
    const std::string key = std::string(line).substr(0, std::string(line).find(' '));
    const std::size_t at = text.rfind("\n" + key) + 1;
    text.replace(at, text.find('\n', at) - at, line);
    folder_.write("rules.d/50-ssh.test.toml", text);
    EXPECT_EQ(policy_test().exit_code, 1) << line;
  }
}

TEST_F(PolicyTest, ASessionsProofsCountAsLongAsTheRuleSays) {
  folder_.write("rules.d/60-sudo.toml",
                "[[rule]]\nname = \"root\"\nservice = \"sudo\"\n"
                "require = [\"password\", \"otp\"]\nreuse = { otp = \"8h\" }\n");
  const auto expecting = [&](const std::string& lines) {
    folder_.write("rules.d/60-sudo.test.toml",
                  "[[expect]]\nname = \"x\"\nuser = \"ada\"\nservice = \"sudo\"\n" + lines);
    return policy_test();
  };
  constexpr auto kAskPassword = "decision = \"ask\"\nmissing = [\"password\"]\n";
  EXPECT_EQ(expecting(std::string("session = { otp = \"8h\" }\n") + kAskPassword).exit_code, 0);
  EXPECT_EQ(expecting(std::string("session = { otp = \"0s\", password = \"0s\" }\n") + kAskPassword)
                .exit_code,
            0);
  EXPECT_EQ(expecting("session = { otp = \"1h\" }\nproven = [\"password\"]\n"
                      "decision = \"satisfied\"\n")
                .exit_code,
            0);
  const Outcome outcome = expecting(std::string("session = { otp = \"28801s\" }\n") + kAskPassword);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out,
              HasSubstr("ada through sudo, local, with otp of its session, 28801s old"));
  EXPECT_THAT(outcome.out, HasSubstr("came      ask password and otp by rule \"root\"\n"));
}

TEST_F(PolicyTest, NothingToTryIsNoSuccess) {
  const Outcome outcome = policy_test();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("[[expect]]"));
}

TEST_F(PolicyTest, MistakesAreShownWhereTheyStand) {
  folder_.write("rules.d/50-ssh.test.toml",
                "[[expect]]\nname = \"x\"\nuser = \"ada\"\nservice = \"sshd\"\n"
                "from = \"office\"\ndecision = \"yes\"\n\n[[rule]]\nname = \"no\"\n");
  const Outcome outcome = policy_test();
  EXPECT_THAT(outcome.out, HasSubstr("50-ssh.test.toml:5:8: `office` is no address"));
  EXPECT_THAT(outcome.out, HasSubstr("50-ssh.test.toml:6:12: "));
  EXPECT_THAT(outcome.out, HasSubstr("a file of expectations holds no rules"));
  EXPECT_EQ(outcome.exit_code, 4);
}

TEST_F(PolicyTest, ADraftTakesThePlaceOfTheRulesInForce) {
  folder_.write("rules.d/50-ssh.test.toml", kHolds);
  const auto draft = folder_.make_directory("draft");
  folder_.write("draft/50-ssh.test.toml", kHolds);
  folder_.write("draft/50-ssh.toml", "[[rule]]\nname = \"nobody\"\ndeny = true\n");
  EXPECT_EQ(policy_test({"--with", draft.string()}).exit_code, 1);
  EXPECT_EQ(policy_test({"--with", (folder_ / "nowhere").string()}).exit_code, 4);
}

TEST_F(PolicyTest, ALockersWordOnItsTerminalIsNotBelieved) {
  folder_.write("rules.d/50-ssh.toml",
                "[[rule]]\nname = \"desk\"\ntty = \"tty1\"\nrequire = \"password\"\n");
  const auto expecting = [&](const std::string& service) {
    folder_.write("rules.d/50-ssh.test.toml",
                  "[[expect]]\nname = \"x\"\nuser = \"ada\"\nservice = \"" + service +
                      "\"\ntty = \"tty1\"\ndecision = \"ask\"\n");
    return policy_test().exit_code;
  };
  EXPECT_EQ(expecting("login"), 0);
  EXPECT_EQ(expecting("swaylock"), 1);
}

TEST_F(PolicyTest, TheShippedExampleHoldsWithTheShippedRules) {
  const std::filesystem::path conf = std::filesystem::path(USHER_COMPLETIONS) / "../../conf";
  for (const char* folder : {"rules.d", "examples"})
    for (const auto& entry : std::filesystem::directory_iterator(conf / folder)) {
      std::ifstream file(entry.path());
      folder_.write("rules.d/" + entry.path().filename().string(),
                    std::string{std::istreambuf_iterator<char>(file), {}});
    }
  const Outcome outcome = policy_test();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("3 expectations hold\n"));
}

TEST_F(PolicyTest, ExpectationsAreNoRules) {
  folder_.write("rules.d/60-more.test.toml", "[[rule]]\nname = \"all\"\nrequire = [\"otp\"]\n");
  const Outcome check = usherctl({"check", "--rules-only", settings_.string()});
  EXPECT_EQ(check.out, "1 rule in 1 file, no mistakes\n");
}

}  // namespace
}  // namespace usher::testing
