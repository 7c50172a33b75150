// SPDX-License-Identifier: Apache-2.0
#include "usher/relay.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/fakes/fake_daemon.h"

namespace usher {
namespace {

using namespace usher::testing;

/// Gives the answers it was made with; nothing left means that the person breaks off.
class TestTalk {
 public:
  TestTalk(std::initializer_list<std::string> answers) : answers_(answers) {}
  bool ask(const Prompt& prompt, Secret& answer) {
    asked.emplace_back(prompt.text);
    if (prompt.style == PromptStyle::info || prompt.style == PromptStyle::error) return true;
    if (answers_.empty()) return false;
    const bool taken = answer.assign(answers_.front());
    answers_.pop_front();
    return taken;
  }
  void tell(PromptStyle style, std::string_view text) { told.emplace_back(style, text); }

  std::vector<std::string> asked;
  std::vector<std::pair<PromptStyle, std::string>> told;

 private:
  std::deque<std::string> answers_;
};

constexpr Prompt kPassword{
    .style = PromptStyle::hidden, .purpose = PromptPurpose::password, .text = "Password: "};
constexpr Prompt kCode{.style = PromptStyle::visible, .text = "Code: "};
constexpr Verdict kSuccess{.seal = Seal::success, .pam_code = PAM_SUCCESS};

RelayResult run(const FakeDaemon& daemon, TestTalk& talk,
                std::optional<std::uint32_t> server_uid = {}, Phase phase = Phase::authenticate) {
  const RelaySettings settings{.socket_path = daemon.path(),
                               .server_uid = server_uid.value_or(::geteuid()),
                               .budget_milliseconds = 60'000};
  Relay<TestTalk> relay(settings, talk);
  return relay.run(Begin{.phase = phase, .service = "test", .user = "ann"});
}

TEST(Relay, BringsPromptsThereAndAnswersBack) {
  const FakeDaemon daemon({begins([](const Begin& begin) {
                             EXPECT_EQ(begin.user, "ann");
                             EXPECT_EQ(begin.service, "test");
                           }),
                           says(kPassword), hears_answer("horse"), says(kCode),
                           hears_answer("123456"), says(kSuccess)});
  TestTalk talk{"horse", "123456"};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, RelayEnd::accepted);
  EXPECT_EQ(result.pam_code, PAM_SUCCESS);
  EXPECT_EQ(talk.asked, (std::vector<std::string>{"Password: ", "Code: "}));
}

TEST(Relay, KeepsThePasswordAlone) {
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer("horse123456"),
       says(Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 5})});
  TestTalk talk{"horse123456"};
  EXPECT_EQ(run(daemon, talk).password.expose(), "horse");
}

TEST(Relay, KeepsNoPasswordWhereNoneWasMeant) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("horse"), says(kSuccess)});
  TestTalk talk{"horse"};
  EXPECT_TRUE(run(daemon, talk).password.empty());
}

TEST(Relay, RefusesAPasswordLongerThanWhatWasTyped) {
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer("horse"),
       says(Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 6})});
  TestTalk talk{"horse"};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, RelayEnd::protocol_violation);
  EXPECT_NE(result.pam_code, PAM_SUCCESS);
}

TEST(Relay, ACodeIsNeverTheLengthOfAPassword) {
  const FakeDaemon daemon(
      {begins(), says(kCode), hears_answer("123456"),
       says(Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 6})});
  TestTalk talk{"123456"};
  EXPECT_EQ(run(daemon, talk).end, RelayEnd::protocol_violation);
}

TEST(Relay, StartsOverOnceAfterARestart) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("a"), says(Restart{}), begins(),
                           says(kPassword), hears_answer("b"), says(kSuccess)});
  TestTalk talk{"a", "b"};
  EXPECT_EQ(run(daemon, talk).end, RelayEnd::accepted);
}

TEST(Relay, StartsOverWhenTheDaemonWentWhileThePersonTyped) {
  const FakeDaemon daemon({begins(), says(kPassword), says(Restart{}), hangs_up(), begins(),
                           says(kPassword), hears_answer("b"), says(kSuccess)});
  TestTalk talk{"a", "b"};
  EXPECT_EQ(run(daemon, talk).end, RelayEnd::accepted);
}

TEST(Relay, ARestartInsteadOfAGreetingStartsOverToo) {
  const FakeDaemon daemon({accepts(), hears<Hello>(), says(Restart{}), begins(), says(kSuccess)});
  TestTalk talk{};
  EXPECT_EQ(run(daemon, talk).end, RelayEnd::accepted);
}

TEST(Relay, GivesUpAfterTheSecondRestart) {
  const FakeDaemon daemon({begins(), says(Restart{}), begins(), says(Restart{})});
  TestTalk talk{};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, RelayEnd::unavailable);
  EXPECT_EQ(result.pam_code, PAM_AUTHINFO_UNAVAIL);
}

TEST(Relay, APasswordFromBeforeTheRestartIsGone) {
  const FakeDaemon daemon(
      {begins(), says(kPassword), hears_answer("horse"), says(Restart{}), begins(),
       says(Verdict{.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 5})});
  TestTalk talk{"horse"};
  EXPECT_EQ(run(daemon, talk).end, RelayEnd::protocol_violation);
}

TEST(Relay, ADamagedRestartIsNoRestart) {
  const FakeDaemon daemon({begins(), says_bytes({6, 1, 0, 0}), waits_for_hang_up()});
  TestTalk talk{};
  EXPECT_EQ(run(daemon, talk).end, RelayEnd::protocol_violation);
}

TEST(Relay, CancelsWhereThePersonBreaksOff) {
  const FakeDaemon daemon({begins(), says(kPassword), hears<Cancel>()});
  TestTalk talk{};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, RelayEnd::cancelled);
  EXPECT_EQ(result.pam_code, PAM_AUTH_ERR);
}

TEST(Relay, HearsAVerdictThatCameWhileThePersonTyped) {
  const FakeDaemon daemon(
      {begins(), says(kPassword),
       says(Verdict{.seal = Seal::denied, .pam_code = PAM_MAXTRIES, .text = "too late"}),
       hangs_up()});
  TestTalk talk{"horse"};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, RelayEnd::denied);
  EXPECT_EQ(result.pam_code, PAM_MAXTRIES);
  EXPECT_EQ(talk.told.at(0), std::pair(PromptStyle::error, std::string("too late")));
}

TEST(Relay, APasswordToBeChangedIsTheAccountPhasesSuccessAlone) {
  const Verdict changes{.seal = Seal::success, .pam_code = PAM_NEW_AUTHTOK_REQD};
  const Verdict denies{.seal = Seal::denied, .pam_code = PAM_NEW_AUTHTOK_REQD};
  TestTalk talk{};
  const FakeDaemon accepting({begins(), says(changes)});
  const RelayResult account = run(accepting, talk, {}, Phase::account);
  EXPECT_EQ(account.end, RelayEnd::accepted);
  EXPECT_EQ(account.pam_code, PAM_NEW_AUTHTOK_REQD);
  const FakeDaemon denying({begins(), says(denies)});
  EXPECT_EQ(run(denying, talk, {}, Phase::account).pam_code, PAM_SYSTEM_ERR);
}

TEST(Relay, OnceAskedAHangUpIsADenialAndNotAnAbsence) {
  const FakeDaemon daemon({begins(), says(kPassword), hangs_up()});
  TestTalk talk{"horse"};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, RelayEnd::hung_up);
  EXPECT_EQ(result.pam_code, PAM_AUTH_ERR);
}

TEST(Relay, AHangUpBeforeAnyQuestionIsNoAbsenceEither) {
  for (const auto& greeting : {begins(), greets(), accepts()}) {
    const FakeDaemon daemon({greeting, hangs_up()});
    TestTalk talk{};
    EXPECT_EQ(run(daemon, talk).pam_code, PAM_SYSTEM_ERR);
  }
}

TEST(Relay, HavingAskedCarriesOverToTheNextRun) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("a"),
                           says(Verdict{.seal = Seal::denied, .pam_code = PAM_AUTH_ERR}), accepts(),
                           hangs_up()});
  TestTalk talk{"a"};
  const RelaySettings settings{.socket_path = daemon.path(), .server_uid = ::geteuid()};
  Relay<TestTalk> relay(settings, talk);
  EXPECT_EQ(relay.run(Begin{.phase = Phase::authenticate}).pam_code, PAM_AUTH_ERR);
  EXPECT_EQ(relay.run(Begin{.phase = Phase::authenticate}).pam_code, PAM_AUTH_ERR);
}

TEST(Relay, RefusesAVersionItDidNotOffer) {
  for (const auto& [oldest, newest] : {std::pair{9, 9}, {0, 0}, {1, 2}, {2, 1}}) {
    const FakeDaemon daemon({accepts(), hears<Hello>(),
                             says(Hello{.oldest = static_cast<std::uint16_t>(oldest),
                                        .newest = static_cast<std::uint16_t>(newest)}),
                             waits_for_hang_up()});
    TestTalk talk{};
    EXPECT_EQ(run(daemon, talk).end, RelayEnd::protocol_violation) << oldest << ' ' << newest;
  }
}

TEST(Relay, SaysNothingToADaemonOfAnotherUid) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to listen as somebody else";
  const FakeDaemon daemon({accepts(), waits_for_hang_up()}, 65534);
  TestTalk talk{};
  const RelayResult result = run(daemon, talk, 4242);
  EXPECT_EQ(result.end, RelayEnd::untrusted_daemon);
  EXPECT_EQ(result.pam_code, PAM_AUTHINFO_UNAVAIL);
}

TEST(Relay, TrustsTheUidItWasTold) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to listen as somebody else";
  const FakeDaemon daemon({begins(), says(kSuccess)}, 65534);
  TestTalk talk{};
  EXPECT_EQ(run(daemon, talk, 65534).end, RelayEnd::accepted);
}

struct VerdictCase {
  Seal seal;
  int code;
  RelayEnd end;
  int pam_code;
};

void PrintTo(const VerdictCase& tried, std::ostream* out) {
  *out << std::hex << static_cast<std::uint64_t>(tried.seal) << std::dec << " with " << tried.code;
}

class RelayVerdict : public ::testing::TestWithParam<VerdictCase> {};

INSTANTIATE_TEST_SUITE_P(
    Relay, RelayVerdict,
    ::testing::Values(
        VerdictCase{Seal::success, PAM_SUCCESS, RelayEnd::accepted, PAM_SUCCESS},
        VerdictCase{Seal::ignore, PAM_IGNORE, RelayEnd::ignored, PAM_IGNORE},
        VerdictCase{Seal::denied, PAM_SUCCESS, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::denied, PAM_IGNORE, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::ignore, PAM_SUCCESS, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::success, PAM_IGNORE, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::success, PAM_NEW_AUTHTOK_REQD, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::success, PAM_AUTH_ERR, RelayEnd::denied, PAM_AUTH_ERR},
        VerdictCase{Seal::ignore, PAM_AUTH_ERR, RelayEnd::denied, PAM_AUTH_ERR},
        VerdictCase{Seal::denied, PAM_AUTH_ERR, RelayEnd::denied, PAM_AUTH_ERR},
        VerdictCase{Seal::denied, PAM_PERM_DENIED, RelayEnd::denied, PAM_PERM_DENIED},
        VerdictCase{Seal::denied, PAM_USER_UNKNOWN, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::denied, PAM_AUTHINFO_UNAVAIL, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::denied, PAM_MAXTRIES, RelayEnd::denied, PAM_MAXTRIES},
        VerdictCase{Seal::denied, PAM_ACCT_EXPIRED, RelayEnd::denied, PAM_ACCT_EXPIRED},
        VerdictCase{Seal::denied, PAM_AUTHTOK_ERR, RelayEnd::denied, PAM_AUTHTOK_ERR},
        VerdictCase{Seal::denied, PAM_SESSION_ERR, RelayEnd::denied, PAM_SESSION_ERR},
        VerdictCase{Seal::denied, PAM_NEW_AUTHTOK_REQD, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::denied, PAM_INCOMPLETE, RelayEnd::denied, PAM_SYSTEM_ERR},
        VerdictCase{Seal::denied, 1'000'000, RelayEnd::denied, PAM_SYSTEM_ERR}));

TEST_P(RelayVerdict, EndsInTheCodeThatIsSafe) {
  const VerdictCase& tried = GetParam();
  const FakeDaemon daemon(
      {begins(),
       says(Verdict{.seal = tried.seal, .pam_code = static_cast<std::uint32_t>(tried.code)})});
  TestTalk talk{};
  const RelayResult result = run(daemon, talk);
  EXPECT_EQ(result.end, tried.end);
  EXPECT_EQ(result.pam_code, tried.pam_code);
}

}  // namespace
}  // namespace usher
