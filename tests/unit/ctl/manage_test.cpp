// SPDX-License-Identifier: Apache-2.0
// Changes of credentials, by a script: usherctl against a daemon that plays its part.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <security/_pam_types.h>
#include <unistd.h>

#include "tests/fakes/fake_daemon.h"
#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Prompt hidden(std::string_view text) {
  return {.style = PromptStyle::hidden, .purpose = PromptPurpose::other, .text = text};
}

Verdict denial(int pam_code, std::string_view text = {}) {
  return {.seal = Seal::denied,
          .pam_code = static_cast<std::uint32_t>(pam_code),
          .password_length = 0,
          .text = text};
}

/// Runs a change that usherd meets with `verdict`, nothing asked.
Outcome change_that_ends_with(const Verdict& verdict) {
  const FakeDaemon usherd({begins(), says(verdict)});
  return usherctl({"password", "set", "ada", "--socket", usherd.path()});
}

TEST(Manage, AScriptAnswersALineAQuestion) {
  const FakeDaemon usherd({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.phase, Phase::manage);
                             EXPECT_EQ(begin.service, "usherctl");
                             EXPECT_EQ(begin.user, "ada");
                             EXPECT_EQ(begin.manage.operation, "password.set");
                           }),
                           says(hidden("New: ")), hears_answer("correct horse"),
                           says(hidden("Again: ")), hears_answer("correct horse"), says(kSuccess)});
  const Outcome outcome = usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()},
                                   "correct horse\ncorrect horse\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "password set for ada\n");
  EXPECT_EQ(outcome.err, "New: \nAgain: \n");
}

TEST(Manage, OtpAddSendsWhatWasWished) {
  const FakeDaemon usherd({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.manage.operation, "otp.add");
                             EXPECT_EQ(begin.manage.label, "phone");
                             EXPECT_EQ(begin.manage.algorithm, "SHA256");
                             EXPECT_EQ(begin.manage.digits, 8);
                             EXPECT_EQ(begin.manage.period, 60);
                             EXPECT_EQ(begin.manage.plain, 1);
                           }),
                           says(Prompt{.style = PromptStyle::info, .text = "look"}),
                           hears_answer(""),
                           says(Prompt{.style = PromptStyle::visible, .text = "Code: "}),
                           hears_answer("12345678"), says(kSuccess)});
  const Outcome outcome =
      usherctl({"otp", "add", "ada", "--label", "phone", "--algorithm", "sha256", "--digits", "8",
                "--period", "60", "--no-qr", "--stdin", "--socket", usherd.path()},
               "12345678\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "one-time code \"phone\" added for ada\n");
  EXPECT_EQ(outcome.err, "look\nCode: \n");
}

TEST(Manage, OtpAddLeavesTheDefaultsToUsherd) {
  const FakeDaemon usherd({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.manage.label, "");
                             EXPECT_EQ(begin.manage.algorithm, "");
                             EXPECT_EQ(begin.manage.digits, 0);
                             EXPECT_EQ(begin.manage.period, 0);
                             EXPECT_EQ(begin.manage.plain, 0);
                           }),
                           says(kSuccess)});
  EXPECT_EQ(usherctl({"otp", "add", "ada", "--socket", usherd.path()}).out,
            "one-time code added for ada\n");
}

TEST(Manage, APasswordMayBeOneToBeginWith) {
  const FakeDaemon usherd({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.manage.operation, "password.set");
                             EXPECT_EQ(begin.manage.change_at_login, 1);
                           }),
                           says(kSuccess)});
  EXPECT_EQ(usherctl({"password", "set", "ada", "--change-at-login", "--socket", usherd.path()})
                .exit_code,
            0);
}

TEST(Manage, PasswordExpireNamesSomebody) {
  const FakeDaemon usherd({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.manage.operation, "password.expire");
                             EXPECT_EQ(begin.user, "ada");
                           }),
                           says(kSuccess)});
  EXPECT_EQ(usherctl({"password", "expire", "ada", "--socket", usherd.path()}).out,
            "another password to be chosen at the next login for ada\n");
  EXPECT_EQ(usherctl({"password", "expire"}).exit_code, 2);
}

TEST(Manage, OtpRemoveNamesTheLabel) {
  const FakeDaemon usherd({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.manage.operation, "otp.remove");
                             EXPECT_EQ(begin.manage.label, "phone");
                           }),
                           says(kSuccess)});
  const Outcome outcome =
      usherctl({"otp", "remove", "ada", "--label", "phone", "--json", "--socket", usherd.path()});
  EXPECT_EQ(
      outcome.out,
      "{\n  \"operation\": \"otp.remove\",\n  \"user\": \"ada\",\n  \"label\": \"phone\"\n}\n");
}

TEST(Manage, WithoutAUserItIsTheOneWhoRunsIt) {
  const std::string self = ::getpwuid(::getuid())->pw_name;
  const FakeDaemon usherd({begins([&](const Begin& begin) {
                             EXPECT_EQ(begin.user, self);
                             EXPECT_EQ(begin.ruser, self);
                           }),
                           says(kSuccess)});
  EXPECT_EQ(usherctl({"password", "set", "--socket", usherd.path()}).exit_code, 0);
}

TEST(Manage, ADenialWithATextIsNotExplainedTwice) {
  const Outcome outcome = change_that_ends_with(denial(PAM_AUTHTOK_ERR, "too short"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "usherctl: too short\nusherctl: nothing was changed\n");
}

TEST(Manage, ADenialWithoutATextSaysWhereToLook) {
  const Outcome outcome = change_that_ends_with(denial(PAM_AUTH_ERR));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("usherctl log"));
}

TEST(Manage, AFailureInsideUsherdIsNotARefusal) {
  EXPECT_EQ(change_that_ends_with(denial(PAM_SYSTEM_ERR)).exit_code, 5);
}

TEST(Manage, ToTakeNoPartIsARefusal) {
  EXPECT_EQ(change_that_ends_with({.seal = Seal::ignore, .pam_code = PAM_IGNORE}).exit_code, 1);
}

TEST(Manage, TooFewAnswersBreakOff) {
  const FakeDaemon usherd({begins(), says(hidden("New: ")), hears_answer("one"),
                           says(hidden("Again: ")), hears<Cancel>()});
  const Outcome outcome =
      usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()}, "one\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("Standard input ended"));
}

TEST(Manage, AnAnswerThatDoesNotFitBreaksOff) {
  const FakeDaemon usherd({begins(), says(hidden("New: ")), hears<Cancel>()});
  const Outcome outcome = usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()},
                                   std::string(kMaxSecret + 1, 'x') + "\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("at most 1024 bytes"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("xxx")));
}

TEST(Manage, AnAnswerWithANulBreaksOff) {
  const FakeDaemon usherd({begins(), says(hidden("New: ")), hears<Cancel>()});
  const Outcome outcome = usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()},
                                   std::string("a\0b\n", 4));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("NUL"));
}

TEST(Manage, APromptDoesNotSteerTheTerminal) {
  const FakeDaemon usherd(
      {begins(), says(hidden("\x1b[2JNew\x07: ")), hears_answer("x"), says(kSuccess)});
  const Outcome outcome =
      usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()}, "x\n");
  EXPECT_EQ(outcome.err, "?[2JNew?: \n");
}

TEST(Manage, GoesOnAfterARestart) {
  const FakeDaemon usherd({begins(), says(hidden("New: ")), hears_answer("one"), says(Restart{}),
                           begins(), says(hidden("New: ")), hears_answer("two"), says(kSuccess)});
  EXPECT_EQ(usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()}, "one\ntwo\n")
                .exit_code,
            0);
}

TEST(Manage, AUsherdThatGoesAwayAfterAskingLeavesItOpenWhatHappened) {
  const FakeDaemon usherd({begins(), says(hidden("New: ")), hears_answer("one"), hangs_up()});
  const Outcome outcome =
      usherctl({"password", "set", "ada", "--stdin", "--socket", usherd.path()}, "one\n");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("See whether it was changed"));
}

TEST(Manage, AnswersNoStranger) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can listen as somebody else";
  const FakeDaemon stranger({accepts(), waits_for_hang_up()}, 12345);
  const Outcome outcome =
      usherctl({"password", "set", "ada", "--stdin", "--socket", stranger.path()}, "secret\n");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("neither root nor the owner of its folder"));
}

TEST(Manage, NonsenseIsNoAnswer) {
  const FakeDaemon usherd({begins(), says_bytes({0x63, 0x00})});
  const Outcome outcome = usherctl({"password", "set", "ada", "--socket", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("does not speak usherd's protocol"));
}

}  // namespace
}  // namespace usher::testing
