// SPDX-License-Identifier: Apache-2.0
// What recovery, bypass, breakglass and their like ask of usherd, and print.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <security/_pam_types.h>

#include <ctime>

#include "ctl/times.h"
#include "tests/fakes/fake_daemon.h"
#include "tests/unit/ctl/fake_control.h"
#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

constexpr Verdict kDone{.seal = Seal::success, .pam_code = PAM_SUCCESS};

/// Runs a change of ada's that usherd accepts, and lets `look` see what it was asked.
Outcome accepted(std::vector<std::string> arguments, std::function<void(const Begin&)> look) {
  const FakeDaemon usherd({begins([look](const Begin& begin) {
                             EXPECT_EQ(begin.phase, Phase::manage);
                             look(begin);
                           }),
                           says(kDone)});
  arguments.insert(arguments.end(), {"--socket", usherd.path()});
  return usherctl(arguments);
}

/// Runs a command line that is wrong: nobody is asked.
Outcome wrong(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--socket", "/nowhere"});
  Outcome outcome = usherctl(arguments);
  EXPECT_EQ(outcome.exit_code, 2) << ::testing::PrintToString(arguments) << outcome.err;
  return outcome;
}

TEST(Emergency, ABypassSaysWhereHowLongAndHowOften) {
  const Outcome outcome = accepted({"bypass", "issue", "ada", "--for", "8h", "--service", "sshd",
                                    "--service", "sudo,su", "--uses", "3"},
                                   [](const Begin& begin) {
                                     EXPECT_EQ(begin.user, "ada");
                                     EXPECT_EQ(begin.manage.operation, "bypass.issue");
                                     EXPECT_EQ(begin.manage.services, "sshd,sudo,su");
                                     EXPECT_EQ(begin.manage.seconds, 8U * 3600);
                                     EXPECT_EQ(begin.manage.uses, 3U);
                                   });
  EXPECT_EQ(outcome.out, "bypass issued for ada\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Emergency, ABypassLeavesTheDefaultsToUsherd) {
  accepted({"bypass", "issue", "--service", "sshd", "ada"}, [](const Begin& begin) {
    EXPECT_EQ(begin.user, "ada");
    EXPECT_EQ(begin.manage.services, "sshd");
    EXPECT_EQ(begin.manage.seconds, 0U);
    EXPECT_EQ(begin.manage.uses, 0U);
  });
}

TEST(Emergency, ABypassNeedsAPersonAndAService) {
  wrong({"bypass", "issue", "--service", "sshd"});
  wrong({"bypass", "issue", "ada"});
  wrong({"bypass", "issue", "ada", "--service", "sshd", "--uses", "21"});
  wrong({"bypass", "issue", "ada", "--service", "sshd", "--uses", "0"});
  for (const char* span : {"1", "h", "-1h", "0s", "soon", "2001-01-01"})
    EXPECT_THAT(wrong({"bypass", "issue", "ada", "--service", "sshd", "--for", span}).err,
                HasSubstr("no time to come"))
        << span;
}

TEST(Emergency, TheSecretIsShownToWhoeverAsked) {
  const FakeDaemon usherd(
      {begins(),
       says(Prompt{.style = PromptStyle::visible, .text = "Bypass\n  k7mq\nPress Enter: "}),
       hears_answer(""), says(kDone)});
  const Outcome outcome = usherctl(
      {"bypass", "issue", "ada", "--service", "sshd", "--stdin", "--socket", usherd.path()}, "\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "Bypass\n  k7mq\nPress Enter: \n");
  EXPECT_EQ(outcome.out, "bypass issued for ada\n");
}

TEST(Emergency, ASealSaysUntilWhen) {
  accepted({"breakglass", "seal", "ada", "--for", "1y"}, [](const Begin& begin) {
    EXPECT_EQ(begin.manage.operation, "breakglass.seal");
    EXPECT_EQ(begin.manage.seconds, 365U * 24 * 3600);
  });
  accepted({"breakglass", "seal", "ada"},
           [](const Begin& begin) { EXPECT_EQ(begin.manage.seconds, 0U); });
  wrong({"breakglass", "seal"});
  wrong({"breakglass", "seal", "ada", "--until", "1y"});
  wrong({"breakglass", "seal", "ada", "--for", "2099-12-31"});
  wrong({"breakglass", "seal", "ada", "--until", "2001-12-31"});
  wrong({"breakglass", "seal", "ada", "--until", "2099-02-30"});
  wrong({"breakglass", "seal", "ada", "--until", "2099-12-31", "--for", "1y"});
}

TEST(Emergency, ADayIsMeantToItsEnd) {
  std::tm day{.tm_mday = 1, .tm_mon = 2, .tm_year = 127, .tm_isdst = -1};
  const std::int64_t morning = std::mktime(&day);
  EXPECT_EQ(ctl::span_until("2027-03-01", morning), 24U * 3600);
  EXPECT_EQ(ctl::span_until("2027-03-01", morning + 24 * 3600 - 1), 1U);
  EXPECT_EQ(ctl::span_until("2027-03-01", morning + 24 * 3600), std::nullopt);
  EXPECT_EQ(ctl::span_until("90s", morning), 90U);
  EXPECT_EQ(ctl::span_until("137y", morning), std::nullopt) << "exceeds 32 bits";
  for (const char* text : {"", "y", "-1y", "1.5y", "yy", "2027-3", "2027-03-01 10:00"})
    EXPECT_EQ(ctl::span_until(text, morning), std::nullopt) << text;
}

TEST(Emergency, EachOtherChangeHasItsOperation) {
  const auto operation_of = [](std::vector<std::string> arguments) {
    std::string operation;
    const Outcome outcome = accepted(std::move(arguments), [&](const Begin& begin) {
      operation = std::string(begin.manage.operation) + " " + std::string(begin.user);
    });
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return operation;
  };
  EXPECT_EQ(operation_of({"recovery", "new", "ada"}), "recovery.new ada");
  EXPECT_EQ(operation_of({"enrol", "reopen", "ada"}), "enrol.reopen ada");
  EXPECT_EQ(operation_of({"bypass", "revoke", "ada"}), "bypass.revoke ada");
  EXPECT_EQ(operation_of({"breakglass", "revoke", "ada"}), "breakglass.revoke ada");
  EXPECT_EQ(operation_of({"breakglass", "test", "ada"}), "breakglass.test ada");
  EXPECT_THAT(operation_of({"password", "change"}), HasSubstr("password.set "));
  wrong({"password", "change", "ada"});
  wrong({"bypass", "revoke"});
  wrong({"enrol", "reopen"});
}

TEST(Emergency, AGeneratorIsRenamedFromTo) {
  const Outcome outcome =
      accepted({"otp", "rename", "default", "phone", "ada"}, [](const Begin& begin) {
        EXPECT_EQ(begin.manage.operation, "otp.rename");
        EXPECT_EQ(begin.manage.label, "default");
        EXPECT_EQ(begin.manage.new_label, "phone");
        EXPECT_EQ(begin.user, "ada");
      });
  EXPECT_EQ(outcome.out, "one-time code \"default\" renamed to \"phone\" for ada\n");
  wrong({"otp", "rename", "default"});
  wrong({"otp", "rename", "default", std::string(65, 'x'), "ada"});
}

TEST(Emergency, HotpIsAKindOfGenerator) {
  accepted({"otp", "add", "ada", "--hotp"},
           [](const Begin& begin) { EXPECT_EQ(begin.manage.kind, "HOTP"); });
  accepted({"otp", "add", "ada"}, [](const Begin& begin) { EXPECT_EQ(begin.manage.kind, ""); });
}

constexpr auto kIssued = R"([
  {"user":"ada","services":["sshd","su"],"expires":4102444800,"uses_left":1,"issued":1772366400,
   "issued_by":"grace","last_used":0},
  {"user":"b\u001b[2Job","services":[],"expires":1772370000,"uses_left":1,"issued":1772366400,
   "issued_by":"root","last_used":1772366460},
  {"user":"eve","services":[],"expires":0,"uses_left":0,"issued":1772366400,
   "issued_by":"","last_used":1772366460}])";

TEST(Emergency, AListTellsWhatStillCounts) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(std::string(R"({"bypasses":)") + kIssued + "}", &heard));
    outcome = usherctl({"bypass", "list", "--control", usherd.path()});
  }
  EXPECT_EQ(
      outcome.out,
      "ada      counts   sshd, su  2100-01-01 00:00:00  1  2026-03-01 12:00:00  grace  never\n"
      "b?[2Job  expired  -         2026-03-01 13:00:00  1  2026-03-01 12:00:00  root   "
      "2026-03-01 12:01:00\n"
      "eve      used up  -         never                0  2026-03-01 12:00:00  -      "
      "2026-03-01 12:01:00\n");
  EXPECT_EQ(heard, R"({"method":"org.usher.control.ListBypasses","parameters":{}})");
}

TEST(Emergency, AListOfOnePersonAsksForThem) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(R"({"secrets":[]})", &heard));
    outcome = usherctl({"breakglass", "list", "ada", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("There is no break-glass secret"));
  EXPECT_EQ(heard, R"({"method":"org.usher.control.ListBreakglass","parameters":{"user":"ada"}})");
}

TEST(Emergency, AListWithoutWhatItShouldHaveIsFive) {
  const FakeControl usherd(returns(R"({"bypasses":[{"user":"ada"}]})"));
  EXPECT_EQ(usherctl({"bypass", "list", "--control", usherd.path()}).exit_code, 5);
}

}  // namespace
}  // namespace usher::testing
