// SPDX-License-Identifier: Apache-2.0
// Each way to fail has its exit code and says what is wrong, where, and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ctl/fake_control.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(ExitCodes, AWrongCommandLineIsTwo) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"statsu"},
      {"otp"},
      {"otp", "lst"},
      {"status", "extra"},
      {"status", "--nope"},
      {"explain", "ada"},
      {"explain", "--service", "sshd"},
      {"explain", "ada", "--service", "sshd", "--with", "otp"},
      {"otp", "add", "--digits", "9"},
      {"otp", "add", "--digits", "5"},
      {"otp", "add", "--period", "0"},
      {"otp", "add", "--period", "3601"},
      {"otp", "add", "--algorithm", "MD5"},
      {"otp", "add", "ada", "--label", std::string(65, 'x')},
      {"otp", "remove"},
      {"password", "set", std::string(257, 'x')},
      {"log", "-n", "0"},
      {"log", "-n", "10001"},
      {"log", "-n", "many"},
      {"--color", "blue", "status"},
      {"init", "--store"},
  };
  for (const auto& arguments : wrong) {
    const Outcome outcome = usherctl(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << ::testing::PrintToString(arguments);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, StartsWith("usherctl: "));
  }
}

TEST(ExitCodes, AMisspeltCommandGetsASuggestion) {
  EXPECT_THAT(usherctl({"statsu"}).err, HasSubstr("did you mean `status`?"));
  EXPECT_THAT(usherctl({"otp", "lst"}).err, HasSubstr("did you mean `list`?"));
}

TEST(ExitCodes, HelpAndVersionAreZero) {
  EXPECT_EQ(usherctl({"--version"}).exit_code, 0);
  EXPECT_THAT(usherctl({"--version"}).out, StartsWith("usherctl "));
  const Outcome help = usherctl({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  EXPECT_THAT(usherctl({"otp", "add", "--help"}).out, HasSubstr("Examples:"));
}

TEST(ExitCodes, NobodyThereIsThreeAndSaysWhatToDo) {
  const ScratchFolder folder;
  const std::string nowhere = folder.path() + "/no.sock";
  const std::vector<std::vector<std::string>> asks = {
      {"status", "--control", nowhere},
      {"reload", "--control", nowhere},
      {"log", "--control", nowhere},
      {"otp", "list", "ada", "--control", nowhere},
      {"explain", "ada", "--service", "sshd", "--control", nowhere},
      {"sessions", "--control", nowhere},
      {"sessions", "--watch", "--control", nowhere},
      {"session", "show", "00112233", "--control", nowhere},
      {"session", "end", "00112233", "--control", nowhere},
      {"session", "end", "--user", "ada", "--control", nowhere},
      {"history", "--control", nowhere},
      {"whoami", "--control", nowhere},
      {"password", "set", "ada", "--socket", nowhere},
      {"otp", "add", "ada", "--socket", nowhere},
      {"otp", "remove", "ada", "--label", "x", "--socket", nowhere},
      {"otp", "rename", "x", "y", "ada", "--socket", nowhere},
      {"password", "change", "--socket", nowhere},
      {"recovery", "new", "ada", "--socket", nowhere},
      {"enrol", "reopen", "ada", "--socket", nowhere},
      {"bypass", "issue", "ada", "--service", "sshd", "--socket", nowhere},
      {"bypass", "list", "--control", nowhere},
      {"bypass", "revoke", "ada", "--socket", nowhere},
      {"breakglass", "seal", "ada", "--socket", nowhere},
      {"breakglass", "list", "--control", nowhere},
      {"breakglass", "revoke", "ada", "--socket", nowhere},
      {"breakglass", "test", "ada", "--socket", nowhere},
  };
  for (const auto& arguments : asks) {
    const Outcome outcome = usherctl(arguments);
    EXPECT_EQ(outcome.exit_code, 3) << ::testing::PrintToString(arguments);
    EXPECT_THAT(outcome.err, HasSubstr("usherd does not answer at " + nowhere));
    EXPECT_THAT(outcome.err, HasSubstr("pgrep -a usherd"));
  }
}

/// Of `usherctl status`, where usherd does `serve`.
int status_code(FakeControl::Serve serve) {
  const FakeControl usherd(std::move(serve));
  const Outcome outcome = usherctl({"status", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, StartsWith("usherctl: "));
  return outcome.exit_code;
}

TEST(ExitCodes, AnErrorOfTheInterfaceHasItsOwn) {
  EXPECT_EQ(status_code(refuses("PermissionDenied", R"({"reason":"not you"})")), 1);
  EXPECT_EQ(status_code(refuses("ConfigurationRejected", R"({"findings":"x:1:1: no"})")), 4);
  EXPECT_EQ(status_code(refuses("Failed", R"({"reason":"disk"})")), 5);
  EXPECT_EQ(status_code(refuses("SomethingNew", "{}")), 5);
  EXPECT_EQ(status_code(answers(R"({"error":"org.varlink.service.InvalidParameter"})")), 2);
  EXPECT_EQ(status_code(answers(R"({"error":"org.varlink.service.MethodNotFound"})")), 5);
}

TEST(ExitCodes, NonsenseFromUsherdIsFive) {
  EXPECT_EQ(status_code(answers("nonsense")), 5);
  EXPECT_EQ(status_code(returns("{}")), 5);                // members are missing
  EXPECT_EQ(status_code(returns(R"({"version":1})")), 5);  // of the wrong type
}

TEST(ExitCodes, AHangUpIsThree) {
  EXPECT_EQ(status_code([](FakeControl::Peer& peer) { peer.hear(); }), 3);
}

TEST(ExitCodes, AConfigurationThatIsNotThereIsFour) {
  EXPECT_EQ(usherctl({"check", "/nonexistent/usher.toml"}).exit_code, 4);
  EXPECT_EQ(usherctl({"init", "--config", "/nonexistent/usher.toml"}).exit_code, 4);
  EXPECT_EQ(usherctl({"status", "--config", "/nonexistent/usher.toml"}).exit_code, 4);
}

TEST(ExitCodes, AResultThatCanNotBeWrittenIsFive) {
  const FakeControl usherd(returns(R"({"rules":1,"rules_version":"x"})"));
  const Outcome outcome = run_program(
      "/bin/sh", {"-c", "exec \"$0\" reload --control \"$1\" >/dev/full", USHERCTL, usherd.path()});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("standard output can't be written"));
}

TEST(ExitCodes, AnErrorDoesNotSteerTheTerminal) {
  const Outcome outcome = usherctl({"\x1b[2J"});
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
  EXPECT_EQ(usherctl({"status", "\x1b[2J"}).err.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace usher::testing
