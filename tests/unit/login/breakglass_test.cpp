// SPDX-License-Identifier: Apache-2.0
// Accounts for emergencies: what is in the envelope lets in, and never quietly.
#include "daemon/audit/event_kinds.h"
#include "tests/unit/login/emergency_fixture.h"

namespace usher::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class BreakglassTest : public EmergencyTest {
 protected:
  BreakglassTest() {
    host.add_user("rescue", 1102);
    keeper.set_entry("rescue", "forgotten");
  }
  std::string seal(std::uint32_t seconds = 0) {
    Request wanted = change("rescue", "breakglass.seal");
    wanted.manage.seconds = seconds;
    return hand_out(wanted);
  }
  VerdictResult test(const std::string& with, std::string* shown = nullptr) {
    ScriptedDialogue dialogue;
    dialogue.answer(with);
    auto verdict = run(change("rescue", "breakglass.test"), dialogue).value_or(VerdictResult{});
    if (shown != nullptr && !dialogue.told.empty()) *shown = dialogue.told.back().text;
    return verdict;
  }
};

TEST_F(BreakglassTest, TheSecretAloneLetsInAndRaisesTheAlarm) {
  const std::string sealed = seal();
  ASSERT_TRUE(log_in("rescue", {sealed, ""}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_used);
  EXPECT_EQ(row_of(audit.last().kind).priority, 1);
  EXPECT_EQ(row_of(audit.last().kind).outcome, "accepted");
  EXPECT_EQ(audit.last().held, std::vector{Factor::breakglass});
  EXPECT_THAT(told("rescue"), Contains("the break-glass secret was used for sshd from 192.0.2.7"));
  EXPECT_TRUE(log_in("rescue", {"", sealed}).accepted) << "an emergency is more than one login";
}

TEST_F(BreakglassTest, IsAllThatOneFieldNeeds) {
  const std::string sealed = seal();
  EXPECT_TRUE(log_in_by_one_field("rescue", sealed).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_used);
  EXPECT_FALSE(log_in_by_one_field("rescue", "0000-0000-0000-0000-0000-0000").accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_refused);
}

TEST_F(BreakglassTest, AWrongOneIsLoudWhereThereIsOneAndADenialElsewhere) {
  seal();
  EXPECT_FALSE(log_in("rescue", {"0000-0000-0000-0000-0000-0000", ""}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_refused);
  EXPECT_EQ(row_of(audit.last().kind).priority, 2);
  EXPECT_FALSE(log_in("rescue", {"a wrong password", "123456"}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::login_denied);
  EXPECT_FALSE(log_in("bob", {"0000-0000-0000-0000-0000-0000", ""}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::login_denied);
}

TEST_F(BreakglassTest, AnExpiredOneIsLoudToo) {
  const std::string sealed = seal(60);
  clock.advance_seconds(60);
  EXPECT_FALSE(log_in("rescue", {sealed, ""}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_refused);
  EXPECT_THAT(audit.last().reason, HasSubstr("break-glass secret expired"));
}

TEST_F(BreakglassTest, OneThatCouldNotBeSpentIsLoudToo) {
  const std::string sealed = seal();
  store.conflict_commits(true);
  EXPECT_FALSE(log_in("rescue", {sealed, ""}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_refused);
}

TEST_F(BreakglassTest, ChangesNoCredentialsAndThatIsLoud) {
  const std::string sealed = seal();
  ScriptedDialogue dialogue;
  dialogue.answer(sealed);
  EXPECT_FALSE(run(by(1102, change("rescue", "otp.add")), dialogue)->accepted);
  EXPECT_EQ(audit.last().kind, EventKind::breakglass_refused);
  EXPECT_TRUE(store.list_otp("rescue")->empty());
}

TEST_F(BreakglassTest, AnotherTakesItsPlaceAndRevokedItIsGone) {
  const std::string first = seal();
  const std::string second = seal();
  EXPECT_FALSE(log_in("rescue", {first, ""}).accepted);
  ScriptedDialogue dialogue;
  EXPECT_TRUE(run(change("rescue", "breakglass.revoke"), dialogue)->accepted);
  EXPECT_FALSE(log_in("rescue", {second, ""}).accepted);
  EXPECT_THAT(refused(change("rescue", "breakglass.revoke")).text, HasSubstr("no break-glass"));
}

TEST_F(BreakglassTest, IsRootsAlone) {
  seal();
  for (const char* operation : {"breakglass.seal", "breakglass.revoke", "breakglass.test"})
    EXPECT_THAT(refused(by(1102, change("rescue", operation))).text, HasSubstr("only root"));
  Request long_one = change("rescue", "breakglass.seal");
  long_one.manage.seconds = 5 * 365 * 24 * 3600 + 1;
  EXPECT_THAT(refused(long_one).text, HasSubstr("5 years"));
}

TEST_F(BreakglassTest, ATestSaysWhereItWouldWorkAndSpendsNothing) {
  Rule no_console = rule("no console", {});
  no_console.services = {"login"};
  no_console.deny = true;
  use({no_console, rule("password and code", {{{Factor::password}}, {{Factor::otp}}})});
  const std::string sealed = seal();
  const int commits = store.commits_asked();
  std::string shown;
  EXPECT_TRUE(test(sealed, &shown).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::credential_tested);
  EXPECT_THAT(shown, HasSubstr("It would let in: sshd from this machine, sshd from 192.0.2.1."));
  EXPECT_THAT(shown, HasSubstr("login at the console (rule \"no console\" denies)"));
  EXPECT_EQ(store.commits_asked(), commits);
}

TEST_F(BreakglassTest, ATestSaysWhatIsInTheWay) {
  EXPECT_THAT(refused(change("rescue", "breakglass.test")).text, HasSubstr("seal"));
  const std::string sealed = seal(60);
  EXPECT_THAT(test("0000-0000-0000-0000-0000-0000").text, HasSubstr("it is not the secret"));
  EXPECT_EQ(audit.last().kind, EventKind::credential_refused);
  EXPECT_THAT(test("").text, HasSubstr("it is not the secret"));

  for (const auto& [state, words] : {std::pair{AccountState::account_expired, "account expired"},
                                     {AccountState::locked, "locked"},
                                     {AccountState::password_expired, "password expired"},
                                     {AccountState::must_change, "has to be changed"}}) {
    keeper.set_entry("rescue", "forgotten", state);
    EXPECT_THAT(test(sealed).text, HasSubstr(words));
  }
  keeper.set_entry("rescue", "forgotten");
  keeper.fail(true);
  EXPECT_FALSE(test(sealed).accepted);
  keeper.fail(false);

  use({rule("keys alone", {{{Factor::publickey}}})});
  EXPECT_THAT(test(sealed).text, HasSubstr("the rules let nobody in"));
  use({rule("password and code", {{{Factor::password}}, {{Factor::otp}}})});
  EXPECT_TRUE(test(sealed).accepted);
  clock.advance_seconds(60);
  EXPECT_THAT(test(sealed).text, HasSubstr("expired"));
  EXPECT_THAT(test(sealed).text, Not(HasSubstr(sealed)));
}

}  // namespace
}  // namespace usher::testing
