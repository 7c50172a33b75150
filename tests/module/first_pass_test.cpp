// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <string>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

constexpr Prompt kCode{.style = PromptStyle::visible, .text = "Code: "};

class FirstPass : public ::testing::Test {
 protected:
  void SetUp() override { clear_log(); }
  /// Authenticates behind a module that was given `probe`.
  static int run(const FakeDaemon& daemon, Person& person, const char* option, const char* probe) {
    const PamStack stack({probe_line(probe), usher_line(daemon.path(), option)},
                         person.conversation());
    const int code = ::pam_authenticate(stack.handle(), 0);
    EXPECT_FALSE(person.has_replies_left());
    return code;
  }
};

TEST_F(FirstPass, WithoutAnOptionATokenIsNotUsed) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("typed"), says(kSuccess)});
  Person person;
  person.types("typed");
  EXPECT_EQ(run(daemon, person, "", "authtok=earlier"), PAM_SUCCESS);
}

TEST_F(FirstPass, UseAnswersThePasswordPromptAndAsksTheRest) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("earlier"), says(kCode),
                           hears_answer("123456"), says(kSuccess)});
  Person person;
  person.types("123456");
  EXPECT_EQ(run(daemon, person, "use_first_pass", "authtok=earlier"), PAM_SUCCESS);
  EXPECT_EQ(person.shown().at(0).text, "Code: ");
}

TEST_F(FirstPass, UseRefusesWithoutATokenAndWithoutAsking) {
  const FakeDaemon daemon({begins(), says(kPassword), hears<Cancel>()});
  Person person;
  EXPECT_EQ(run(daemon, person, "use_first_pass", ""), PAM_AUTH_ERR);
  EXPECT_EQ(person.prompts(), 0);
  EXPECT_EQ(logged_with("use_first_pass"), 1);
}

TEST_F(FirstPass, UseTakesARefusalAsFinal) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("earlier"), says(kWrong)});
  Person person;
  EXPECT_EQ(run(daemon, person, "use_first_pass", "authtok=earlier"), PAM_AUTH_ERR);
  EXPECT_EQ(person.prompts(), 0);
}

TEST_F(FirstPass, UseRefusesATokenOverTheLimit) {
  const FakeDaemon daemon({begins(), says(kPassword), hears<Cancel>()});
  Person person;
  EXPECT_EQ(run(daemon, person, "use_first_pass", "authtok_length=1025"), PAM_AUTH_ERR);
  EXPECT_EQ(logged_with("PAM_AUTHTOK is over"), 1);
}

TEST_F(FirstPass, TryUsesATokenThatIsThere) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("earlier"), says(kSuccess)});
  Person person;
  EXPECT_EQ(run(daemon, person, "try_first_pass", "authtok=earlier"), PAM_SUCCESS);
  EXPECT_EQ(person.prompts(), 0);
}

TEST_F(FirstPass, TryAsksWhereThereIsNone) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("typed"), says(kSuccess)});
  Person person;
  person.types("typed");
  EXPECT_EQ(run(daemon, person, "try_first_pass", ""), PAM_SUCCESS);
}

TEST_F(FirstPass, TryAsksAfterTheTokenWasRefused) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("earlier"), says(kWrong),
                           begins(), says(kPassword), hears_answer("typed"), says(kSuccess)});
  Person person;
  person.types("typed");
  EXPECT_EQ(run(daemon, person, "try_first_pass", "authtok=earlier"), PAM_SUCCESS);
}

TEST_F(FirstPass, TryAsksOnlyOnce) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("earlier"), says(kWrong),
                           begins(), says(kPassword), hears_answer("typed"), says(kWrong)});
  Person person;
  person.types("typed");
  EXPECT_EQ(run(daemon, person, "try_first_pass", "authtok=earlier"), PAM_AUTH_ERR);
}

TEST_F(FirstPass, TryDoesNotAskAgainWhereNoTokenWasUsed) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("typed"), says(kWrong)});
  Person person;
  person.types("typed");
  EXPECT_EQ(run(daemon, person, "try_first_pass", ""), PAM_AUTH_ERR);
}

TEST_F(FirstPass, TryTakesAnyOtherDenialAsFinal) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("earlier"),
                           says(Verdict{.seal = Seal::denied, .pam_code = PAM_MAXTRIES})});
  Person person;
  EXPECT_EQ(run(daemon, person, "try_first_pass", "authtok=earlier"), PAM_MAXTRIES);
}

TEST_F(FirstPass, AProvenPasswordIsToldAndNotAskedFor) {
  const FakeDaemon daemon(
      {begins([](const Begin& begin) { EXPECT_EQ(begin.password_proven_by, "pam_sss"); }),
       says(kCode), hears_answer("123456"), says(kSuccess)});
  Person person;
  person.types("123456");
  EXPECT_EQ(run(daemon, person, "proven=password:pam_sss", "authtok=earlier"), PAM_SUCCESS);
}

TEST_F(FirstPass, NothingIsProvenWhereNobodyAskedForAPassword) {
  const FakeDaemon daemon(
      {begins([](const Begin& begin) { EXPECT_EQ(begin.password_proven_by, ""); }), says(kPassword),
       hears_answer("typed"), says(kSuccess)});
  Person person;
  person.types("typed");
  EXPECT_EQ(run(daemon, person, "proven=password", ""), PAM_SUCCESS);
  EXPECT_EQ(logged_with("no earlier module"), 1);
}

TEST_F(FirstPass, APasswordIsProvenForAuthenticationAlone) {
  const FakeDaemon daemon(
      {begins([](const Begin& begin) { EXPECT_EQ(begin.password_proven_by, ""); }),
       says(kSuccess)});
  Person person;
  const PamStack stack({usher_line(daemon.path(), "proven=password")}, person.conversation());
  EXPECT_EQ(::pam_acct_mgmt(stack.handle(), 0), PAM_SUCCESS);
}

TEST_F(FirstPass, IsForAuthenticationAlone) {
  const FakeDaemon daemon({begins(), says(kPassword), hears_answer("typed"), says(kSuccess)});
  Person person;
  person.types("typed");
  const PamStack stack({usher_line(daemon.path(), "use_first_pass")}, person.conversation());
  EXPECT_EQ(::pam_acct_mgmt(stack.handle(), 0), PAM_SUCCESS);
}

}  // namespace
}  // namespace usher::testing
