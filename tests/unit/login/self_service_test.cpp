// SPDX-License-Identifier: Apache-2.0
// What people change of their own beside passwords and generators.
#include <algorithm>

#include "tests/unit/login/emergency_fixture.h"

namespace usher::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SelfServiceTest : public EmergencyTest {
 protected:
  Request renaming(std::string label, std::string new_label) const {
    Request wanted = change("alice", "otp.rename");
    wanted.manage.label = std::move(label);
    wanted.manage.new_label = std::move(new_label);
    return wanted;
  }
  void prove_alice(ScriptedDialogue& dialogue) {
    clock.advance_seconds(30);
    dialogue.answer(std::string(kPassword)).answer(code());
  }
  /// The ten codes of a page.
  static std::vector<std::string> codes_in(const std::string& page) {
    std::vector<std::string> codes;
    for (auto at = page.find("\n  "); at != std::string::npos; at = page.find("\n  ", at + 3))
      codes.push_back(page.substr(at + 3, 29));
    return codes;
  }
  std::vector<std::string> make_codes() {
    ScriptedDialogue dialogue;
    prove_alice(dialogue);
    dialogue.answer("");
    EXPECT_TRUE(run(by(1000, change("alice", "recovery.new")), dialogue)->accepted);
    return codes_in(dialogue.asked.back().text);
  }
};

TEST_F(SelfServiceTest, AGeneratorIsRenamedAndItsCodesGoOn) {
  ScriptedDialogue dialogue;
  prove_alice(dialogue);
  EXPECT_TRUE(run(by(1000, renaming("phone", "télé")), dialogue)->accepted);
  EXPECT_EQ(store.list_otp("alice")->front().label, "télé");
  EXPECT_TRUE(login("alice", kPassword, code(1)).accepted);
}

TEST_F(SelfServiceTest, AGeneratorIsNotRenamedToNothingOrToWhatIsTaken) {
  store.add_otp("alice", "token", seed_of(kSeed));
  EXPECT_THAT(refused(renaming("phone", "")).text, HasSubstr("called"));
  EXPECT_THAT(refused(renaming("phone", "a\nb")).text, HasSubstr("printable"));
  EXPECT_THAT(refused(renaming("phone", "\xff")).text, HasSubstr("printable"));
  EXPECT_THAT(refused(renaming("phone", "\u202ephone")).text, HasSubstr("printable"));
  EXPECT_THAT(refused(renaming("phone", "token")).text, HasSubstr("already"));
  EXPECT_THAT(refused(renaming("no such", "tablet")).text, HasSubstr("otp list"));
  EXPECT_EQ(store.list_otp("alice")->front().label, "phone");
}

TEST_F(SelfServiceTest, RecoveryCodesWorkOnceEachAndTellHowManyAreLeft) {
  const auto codes = make_codes();
  ASSERT_EQ(codes.size(), 10U);
  EXPECT_THAT(told("alice"), ElementsAre("recovery codes were made anew"));
  EXPECT_TRUE(log_in("alice", {std::string(kPassword), codes[3]}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::recovery_used);
  EXPECT_THAT(told("alice"), Contains("a recovery code was used for sshd from 192.0.2.7, 9 left"));
  EXPECT_FALSE(log_in("alice", {std::string(kPassword), codes[3]}).accepted);
  EXPECT_TRUE(log_in("alice", {std::string(kPassword), codes[4]}).accepted);
  EXPECT_THAT(told("alice"), Contains(HasSubstr("8 left")));
}

TEST_F(SelfServiceTest, CodesMadeAnewTakeThePlaceOfTheOldOnes) {
  const auto old = make_codes();
  const auto fresh = make_codes();
  EXPECT_FALSE(log_in("alice", {std::string(kPassword), old[0]}).accepted);
  EXPECT_TRUE(log_in("alice", {std::string(kPassword), fresh[0]}).accepted);
}

TEST_F(SelfServiceTest, ATerminalThatClosesLeavesTheOldCodesGood) {
  const auto old = make_codes();
  ScriptedDialogue dialogue;
  prove_alice(dialogue);
  dialogue.end(DialogueEnd::hung_up);
  EXPECT_FALSE(run(by(1000, change("alice", "recovery.new")), dialogue));
  EXPECT_TRUE(log_in("alice", {std::string(kPassword), old[0]}).accepted);
}

TEST_F(SelfServiceTest, ARecoveryCodeProvesOneselfAndThatIsTold) {
  const auto codes = make_codes();
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(codes[0]);
  EXPECT_TRUE(run(by(1000, renaming("phone", "tablet")), dialogue)->accepted);
  EXPECT_THAT(told("alice"), Contains("a recovery code was used for usherctl, 9 left"));
}

TEST_F(SelfServiceTest, APasswordAloneMakesNoRecoveryCodes) {
  ScriptedDialogue dialogue;
  dialogue.answer("bob's password");
  const auto verdict = run(by(kBob, change("bob", "recovery.new")), dialogue);
  EXPECT_THAT(verdict->text, HasSubstr("otp add"));
  EXPECT_TRUE(secrets_of("bob", LookupKind::recovery).empty());
}

TEST_F(SelfServiceTest, OnlyRootReopensEnrolment) {
  EXPECT_THAT(refused(by(1000, change("alice", "enrol.reopen"))).text, HasSubstr("only root"));
  EXPECT_EQ(store.has_had_otp("alice"), true);
  ScriptedDialogue dialogue;
  EXPECT_TRUE(run(change("alice", "enrol.reopen"), dialogue)->accepted);
  EXPECT_EQ(store.has_had_otp("alice"), false);
}

TEST_F(SelfServiceTest, TheLastGeneratorLeavesItsMarkAndANotice) {
  ScriptedDialogue dialogue;
  prove_alice(dialogue);
  Request wanted = change("alice", "otp.remove");
  wanted.manage.label = "phone";
  EXPECT_TRUE(run(by(1000, wanted), dialogue)->accepted);
  EXPECT_EQ(store.has_had_otp("alice"), true);
  EXPECT_THAT(told("alice"), ElementsAre("the one-time code \"phone\" was removed"));
}

}  // namespace
}  // namespace usher::testing
