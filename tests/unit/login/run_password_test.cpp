// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <security/pam_modules.h>

#include "daemon/store/password_mark.h"
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr unsigned kPreliminary = PAM_PRELIM_CHECK;
constexpr unsigned kUpdate = PAM_UPDATE_AUTHTOK;
constexpr unsigned kForced = PAM_CHANGE_EXPIRED_AUTHTOK;
constexpr auto kNew = "the new password";

class PasswordPhaseTest : public LoginTest {
 protected:
  PasswordPhaseTest() {
    Rule everywhere = password_and_code();
    everywhere.services.clear();
    use_rules({everywhere});
    host.add_user("bob", 1001);
  }

  /// As passwd(1), which is root by its owner, calls it for whoever has the real uid.
  Request passwd(uid_t real_uid, unsigned flags, std::string user = "alice") const {
    Request wanted = request(std::move(user), Phase::password);
    wanted.service = "passwd";
    wanted.rhost.clear();
    wanted.pam_flags = flags;
    wanted.real_uid = real_uid;
    return wanted;
  }
  /// As sshd calls it, right after the phases before.
  Request after_login(unsigned flags, std::string user = "alice") const {
    Request wanted = request(std::move(user), Phase::password);
    wanted.pam_flags = flags | kForced;
    wanted.real_uid = 0;
    return wanted;
  }
  VerdictResult unasked(const Request& wanted) {
    ScriptedDialogue dialogue;
    const auto verdict = run(wanted, dialogue);
    EXPECT_TRUE(dialogue.asked.empty());
    return verdict.value_or(VerdictResult{});
  }
  bool lets_in(std::string_view text) {
    clock.advance_seconds(30);
    return login("alice", text, code()).accepted;
  }
};

TEST_F(PasswordPhaseTest, ThePreliminaryStepAsksNothingAndLeavesNoLine) {
  const VerdictResult verdict = unasked(passwd(1000, kPreliminary));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_SUCCESS);
  EXPECT_TRUE(audit.events().empty());
}

TEST_F(PasswordPhaseTest, WhoProvesPasswordAndCodeChangesThePassword) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code()).answer(kNew).answer(kNew);
  EXPECT_TRUE(run(passwd(1000, kUpdate), dialogue)->accepted);
  EXPECT_EQ(audit.last().kind, EventKind::credential_changed);
  EXPECT_EQ(audit.last().request.manage.operation, "password.set");
  EXPECT_THAT(audit.last().held, ElementsAre(Factor::password, Factor::otp));
  EXPECT_TRUE(lets_in(kNew));
  EXPECT_FALSE(lets_in(kPassword));
}

TEST_F(PasswordPhaseTest, AWrongPasswordOrCodeChangesNothing) {
  for (const bool right_password : {true, false}) {
    ScriptedDialogue dialogue;
    dialogue.answer(right_password ? std::string(kPassword) : "wrong");
    dialogue.answer(right_password ? "000000" : code());
    const auto verdict = run(passwd(1000, kUpdate), dialogue);
    EXPECT_FALSE(verdict->accepted);
    EXPECT_EQ(verdict->pam_code, PAM_AUTH_ERR);
    EXPECT_EQ(audit.last().kind, EventKind::credential_refused);
  }
  EXPECT_TRUE(lets_in(kPassword));
}

TEST_F(PasswordPhaseTest, WhatIsWeakIsRefusedWithItsReasonThreeTimes) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  dialogue.answer("short").answer("astronomical");
  dialogue.answer(std::string(kPassword)).answer(std::string(kPassword));
  const auto verdict = run(passwd(1000, kUpdate), dialogue);
  EXPECT_EQ(verdict->pam_code, PAM_AUTHTOK_ERR);
  EXPECT_THAT(verdict->text, HasSubstr("had it"));
  ASSERT_EQ(dialogue.told.size(), 2U);
  EXPECT_THAT(dialogue.told[0].text, HasSubstr("at least 8"));
  EXPECT_THAT(dialogue.told[1].text, HasSubstr("dictionary"));
  EXPECT_TRUE(lets_in(kPassword));
}

TEST_F(PasswordPhaseTest, WhoBreaksOffKeepsTheOldPassword) {
  for (int answered = 0; answered < 4; ++answered) {
    clock.advance_seconds(30);
    ScriptedDialogue dialogue;
    for (int each = 0; each < answered; ++each)
      dialogue.answer(each == 0 ? std::string(kPassword) : each == 1 ? code() : kNew);
    dialogue.end(DialogueEnd::cancelled);
    EXPECT_FALSE(run(passwd(1000, kUpdate), dialogue));
    EXPECT_EQ(audit.last().kind, EventKind::dialogue_aborted);
  }
  EXPECT_TRUE(lets_in(kPassword));
}

TEST_F(PasswordPhaseTest, RootIsAskedForTheNewPasswordAlone) {
  ScriptedDialogue dialogue;
  dialogue.answer("astronomical").answer("astronomical");
  EXPECT_TRUE(unasked(passwd(0, kPreliminary)).accepted);
  EXPECT_TRUE(run(passwd(0, kUpdate), dialogue)->accepted);
  ASSERT_EQ(dialogue.told.size(), 1U);
  EXPECT_EQ(dialogue.told[0].style, PromptStyle::info);
  EXPECT_TRUE(lets_in("astronomical"));
}

TEST_F(PasswordPhaseTest, NobodyElseIsAskedAnything) {
  for (const unsigned flags : {kPreliminary, kUpdate, kUpdate | kForced}) {
    expire_password("alice");
    for (const uid_t stranger : {uid_t{1001}, static_cast<uid_t>(-1)}) {
      const VerdictResult verdict = unasked(passwd(stranger, flags));
      EXPECT_FALSE(verdict.accepted);
      EXPECT_FALSE(verdict.ignored);
      EXPECT_EQ(verdict.pam_code, PAM_PERM_DENIED);
      EXPECT_EQ(audit.last().kind, EventKind::credential_refused);
    }
  }
}

TEST_F(PasswordPhaseTest, WhoHasNoUsherPasswordIsLeftToTheNextModule) {
  keeper.set_entry("bob", "system password", AccountState::must_change);
  for (const uid_t asker : {uid_t{1001}, uid_t{0}, uid_t{1000}})
    for (const unsigned flags :
         {kPreliminary, kUpdate, kPreliminary | kForced, kUpdate | kForced}) {
      const VerdictResult verdict = unasked(passwd(asker, flags, "bob"));
      EXPECT_TRUE(verdict.ignored);
      EXPECT_EQ(verdict.pam_code, PAM_IGNORE);
    }
  EXPECT_TRUE(audit.events().empty());
}

TEST_F(PasswordPhaseTest, OneStepAtATime) {
  EXPECT_EQ(unasked(passwd(1000, 0)).pam_code, PAM_AUTHTOK_ERR);
  EXPECT_EQ(unasked(passwd(1000, kPreliminary | kUpdate)).pam_code, PAM_AUTHTOK_ERR);
}

TEST_F(PasswordPhaseTest, TheRulesAreAsked) {
  Rule observing = password_and_code();
  observing.services.clear();
  observing.observe = true;
  use_rules({observing});
  EXPECT_TRUE(unasked(passwd(1000, kUpdate)).ignored);
  EXPECT_EQ(audit.last().kind, EventKind::request_observed);
  Rule deny = rule("closed", {});
  deny.services.clear();
  deny.deny = true;
  use_rules({deny});
  EXPECT_EQ(unasked(passwd(1000, kUpdate)).pam_code, PAM_PERM_DENIED);
  use_rules({});
  EXPECT_EQ(unasked(passwd(1000, kUpdate, "bob")).pam_code, PAM_PERM_DENIED) << "no rule, no yes";
}

TEST_F(PasswordPhaseTest, WhatCannotBeFoundOutChangesNothing) {
  EXPECT_EQ(unasked(passwd(1000, kUpdate, "nobody-of-that-name")).pam_code, PAM_USER_UNKNOWN);
  store.fail_reads(true);
  EXPECT_EQ(unasked(passwd(1000, kUpdate)).pam_code, PAM_SYSTEM_ERR);
  store.fail_reads(false);
  host.fail_lookups(true);
  EXPECT_EQ(unasked(passwd(1000, kUpdate)).pam_code, PAM_SYSTEM_ERR);
}

TEST_F(PasswordPhaseTest, AfterALoginNothingIsAskedTwice) {
  expire_password("alice");
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  EXPECT_TRUE(unasked(after_login(kPreliminary)).accepted);
  ScriptedDialogue dialogue;
  dialogue.answer(kNew).answer(kNew);
  EXPECT_TRUE(run(after_login(kUpdate), dialogue)->accepted);
  EXPECT_THAT(audit.last().held, ElementsAre(Factor::password, Factor::otp));
  EXPECT_EQ(store.must_change_password("alice"), false);
  EXPECT_TRUE(lets_in(kNew));
}

TEST_F(PasswordPhaseTest, AfterALoginAPersonStillChoosesNothingWeak) {
  expire_password("alice");
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(std::string(kPassword)).answer("").answer("");
  EXPECT_FALSE(run(after_login(kUpdate), dialogue)->accepted);
  EXPECT_EQ(store.must_change_password("alice"), true);
}

TEST_F(PasswordPhaseTest, WhatTheLoginDidNotProveIsAsked) {
  use_rules({rule("a password is enough", {{{Factor::password}}})});
  expire_password("alice");
  ScriptedDialogue entering;
  entering.answer(std::string(kPassword));
  ASSERT_TRUE(run(request("alice"), entering)->accepted);
  ScriptedDialogue dialogue;
  dialogue.answer("000000");
  EXPECT_FALSE(run(after_login(kUpdate), dialogue)->accepted);
  ScriptedDialogue again;
  again.answer(code()).answer(kNew).answer(kNew);
  EXPECT_TRUE(run(after_login(kUpdate), again)->accepted);
}

TEST_F(PasswordPhaseTest, AProofOfWhatIsNoLongerTheirsIsNone) {
  expire_password("alice");
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  set_password("the administrator's choice");
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword));
  EXPECT_FALSE(run(after_login(kUpdate), dialogue)->accepted);
}

TEST_F(PasswordPhaseTest, AnotherProcessProvedNothing) {
  expire_password("alice");
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  clock.advance_seconds(30);
  Request elsewhere = after_login(kUpdate);
  elsewhere.caller.pid = 4712;
  ScriptedDialogue dialogue;
  dialogue.answer("wrong").answer(code());
  EXPECT_FALSE(run(elsewhere, dialogue)->accepted);
  // Nor did this one long ago.
  clock.advance_seconds(301);
  ScriptedDialogue late;
  late.answer("wrong").answer(code());
  EXPECT_FALSE(run(after_login(kUpdate), late)->accepted);
}

TEST_F(PasswordPhaseTest, NorDidThisOneOfAnybodyElse) {
  expire_password("alice");
  transactions.succeeded(request("bob"), {.user = "bob", .at = clock.boot_microseconds()});
  Request forced = after_login(kUpdate);
  forced.real_uid = 1001;
  EXPECT_EQ(unasked(forced).pam_code, PAM_PERM_DENIED);
}

TEST_F(PasswordPhaseTest, InSuItIsTheOneWhoBecomesThem) {
  expire_password("alice");
  Request su = request("alice");
  su.service = "su";
  su.rhost.clear();
  ScriptedDialogue entering;
  entering.answer(std::string(kPassword)).answer(code());
  ASSERT_TRUE(run(su, entering)->accepted);
  Request changing = passwd(1001, kUpdate | kForced);
  changing.service = "su";
  ScriptedDialogue dialogue;
  dialogue.answer(kNew).answer(kNew);
  EXPECT_TRUE(run(changing, dialogue)->accepted);
  // But not of their own accord.
  Request unforced = passwd(1001, kUpdate);
  unforced.service = "su";
  EXPECT_FALSE(unasked(unforced).accepted);
}

TEST_F(PasswordPhaseTest, WhatNeedNotBeChangedIsNot) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  EXPECT_TRUE(unasked(after_login(kPreliminary)).ignored);
  EXPECT_TRUE(unasked(after_login(kUpdate)).ignored);
}

TEST_F(PasswordPhaseTest, ABypassThatLetInChangesNoPassword) {
  expire_password("alice");
  const auto hash = store.password_hash("alice");
  ASSERT_TRUE(hash && *hash);
  transactions.succeeded(
      request("alice"),
      {.user = "alice",
       .at = clock.boot_microseconds(),
       .proofs = {{.user = "alice",
                   .factor = Factor::password,
                   .by = ProvenBy::usher,
                   .tie = {.kind = ProofTie::Kind::usher_password, .mark = mark_of_hash(**hash)}},
                  {.user = "alice", .factor = Factor::bypass, .by = ProvenBy::usher}}});
  ScriptedDialogue dialogue;
  dialogue.answer("000000");
  EXPECT_FALSE(run(after_login(kUpdate), dialogue)->accepted) << "the code is asked for";
}

}  // namespace
}  // namespace usher::testing
