// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <thread>

#include "daemon/login/group_facts.h"
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

using Asked = ScriptedDialogue::Asked;

TEST_F(LoginTest, RightPasswordAndCodeAreAccepted) {
  const VerdictResult verdict = login("alice", kPassword, code());
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_SUCCESS);
  EXPECT_EQ(verdict.password_length, kPassword.size());
}

TEST_F(LoginTest, TheEventNamesPersonRuleAndFactors) {
  static_cast<void>(login("alice", kPassword, code()));
  const AuditEvent event = audit.last();
  EXPECT_EQ(event.kind, EventKind::login_accepted);
  EXPECT_EQ(event.person, "alice");
  EXPECT_EQ(event.rule, "password and code");
  EXPECT_EQ(event.rule_at.line, 3U);
  EXPECT_EQ(event.asked, (std::vector{Factor::password, Factor::otp}));
  EXPECT_EQ(event.held, (std::vector{Factor::password, Factor::otp}));
  EXPECT_EQ(event.id.size(), 32U);
}

TEST_F(LoginTest, ACodeIsSpentBySuccess) {
  const std::string once = code();
  EXPECT_TRUE(login("alice", kPassword, once).accepted);
  EXPECT_FALSE(login("alice", kPassword, once).accepted);
  EXPECT_NE(audit.last().reason.find("used"), std::string::npos) << audit.last().reason;
}

TEST_F(LoginTest, AnEarlierStepIsRefusedAfterALaterOne) {
  EXPECT_TRUE(login("alice", kPassword, code(1)).accepted);
  EXPECT_FALSE(login("alice", kPassword, code()).accepted);
}

TEST_F(LoginTest, AWrongPasswordSpendsNoCode) {
  EXPECT_FALSE(login("alice", "wrong", code()).accepted);
  EXPECT_EQ(store.commits_asked(), 0);
  EXPECT_TRUE(login("alice", kPassword, code()).accepted);
}

TEST_F(LoginTest, EveryFactorIsAskedForBeforeAnyIsJudgedForEverybody) {
  const std::vector<Asked> both = {{PromptStyle::hidden, PromptPurpose::password, "Password: "},
                                   {PromptStyle::hidden, PromptPurpose::other, "One-time code: "}};
  host.add_user("bob", 1001);  // has no credentials
  for (const char* user : {"alice", "bob", "nobody-of-that-name", ""}) {
    ScriptedDialogue dialogue;
    dialogue.answer("wrong").answer("000000");
    const auto verdict = run(request(user), dialogue);
    ASSERT_TRUE(verdict) << user;
    EXPECT_EQ(dialogue.asked, both) << user;
    EXPECT_TRUE(dialogue.told.empty()) << user;
    EXPECT_EQ(verdict->pam_code, PAM_AUTH_ERR) << user;
    EXPECT_EQ(verdict->text, "") << user;
  }
}

TEST_F(LoginTest, CredentialsOfAnAccountThatIsGoneOpenNothing) {
  host.remove_user("alice");
  EXPECT_FALSE(login("alice", kPassword, code()).accepted);
  EXPECT_EQ(store.commits_asked(), 0);
}

TEST_F(LoginTest, TheCanonicalNameIsWhoseCredentialsCount) {
  host.add_spelling("ALICE", "alice");
  EXPECT_TRUE(login("ALICE", kPassword, code()).accepted);
  EXPECT_EQ(audit.last().person, "alice");
}

TEST_F(LoginTest, AFailedLookUpDeniesWithoutAskingAnything) {
  host.fail_lookups(true);
  ScriptedDialogue dialogue;
  const auto verdict = run(request("alice"), dialogue);
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_EQ(verdict->pam_code, PAM_SYSTEM_ERR);
}

TEST_F(LoginTest, AnUnreadableStoreDenies) {
  store.fail_reads(true);
  const VerdictResult verdict = login("alice", kPassword, code());
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_SYSTEM_ERR);
}

TEST_F(LoginTest, AFailedCommitDenies) {
  store.fail_commits(true);
  EXPECT_FALSE(login("alice", kPassword, code()).accepted);
}

TEST_F(LoginTest, ALostRaceForACodeDenies) {
  store.conflict_commits(true);
  const VerdictResult verdict = login("alice", kPassword, code());
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_AUTH_ERR);
}

TEST_F(LoginTest, WhatCannotBeRecordedIsDenied) {
  audit.fail(true);
  const VerdictResult verdict = login("alice", kPassword, code());
  EXPECT_FALSE(verdict.accepted);
  EXPECT_NE(verdict.pam_code, PAM_SUCCESS);
}

TEST_F(LoginTest, WhileStoreOrAuditFailRightAnswersLookLikeWrongOnes) {
  const auto same_answer = [&] {
    const VerdictResult wrong = login("alice", "wrong", code());
    const VerdictResult right = login("alice", kPassword, code());
    EXPECT_FALSE(right.accepted);
    EXPECT_EQ(right.pam_code, wrong.pam_code);
    EXPECT_EQ(right.text, wrong.text);
    EXPECT_EQ(right.password_length, wrong.password_length);
  };
  store.fail_commits(true);
  same_answer();
  audit.fail(true);
  same_answer();
  store.fail_commits(false);
  same_answer();
}

TEST_F(LoginTest, ASuccessThatWasNotRecordedDoesNotCountInTheAccountPhaseEither) {
  audit.fail(true);
  static_cast<void>(login("alice", kPassword, code()));
  audit.fail(false);
  ScriptedDialogue dialogue;
  EXPECT_FALSE(run(request("alice", Phase::account), dialogue)->accepted);
}

TEST_F(LoginTest, WhileGroupsCannotBeLookedUpNoWeakerRuleDecides) {
  Rule staff = password_and_code();
  staff.groups = {"staff"};
  Rule everybody = rule("everybody else", {{{Factor::password}}});
  use_rules({staff, everybody});
  host.fail_groups(true);
  ScriptedDialogue dialogue;
  const auto verdict = run(request("alice"), dialogue);
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_NE(audit.last().reason.find("staff"), std::string::npos);
  host.fail_groups(false);
  EXPECT_TRUE(login("alice", kPassword, code()).accepted);
}

TEST_F(LoginTest, AGroupsOwnListOfMembersCounts) {
  host.add_group("wheel", {.gid = 10, .members = {"bob", "alice"}});
  Rule wheel = password_and_code();
  wheel.groups = {"wheel"};
  use_rules({wheel});
  EXPECT_TRUE(login("alice", kPassword, code()).accepted);
}

TEST_F(LoginTest, TheGroupsOfAllRulesAreAskedForTogether) {
  Rule first = password_and_code();
  first.groups = {"wheel", "sudo"};
  Rule second = password_and_code();
  second.groups = {"wheel", "adm"};
  use_rules({first, second});
  const GroupFacts facts = look_up_groups(rules.loaded()->index.group_names(), nullptr, host);
  EXPECT_EQ(host.times_groups_wanted(), 1);
  EXPECT_EQ(facts.unresolved, (std::vector<std::string>{"adm", "sudo", "wheel"}));
}

TEST_F(LoginTest, AProvenKeyIsNotAskedForAndCounts) {
  use_rules({rule("key or password, and code",
                  {{{Factor::password, Factor::publickey}}, {{Factor::otp}}})});
  Request wanted = request("alice");
  wanted.proven = {{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "ssh-ed25519"}};
  ScriptedDialogue dialogue;
  dialogue.answer(code());
  const auto verdict = run(wanted, dialogue);
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->accepted);
  EXPECT_EQ(verdict->password_length, 0);
  ASSERT_EQ(dialogue.asked.size(), 1U);
  EXPECT_EQ(dialogue.asked[0].text, "One-time code: ");
  EXPECT_EQ(audit.last().held, (std::vector{Factor::publickey, Factor::otp}));
}

TEST_F(LoginTest, APasswordThatTheStackVerifiedCountsAndTheLogSaysWhose) {
  Request wanted = request("alice");
  wanted.proven = {{.factor = Factor::password, .by = ProvenBy::stack, .detail = "pam_sss"}};
  ScriptedDialogue dialogue;
  dialogue.answer(code());
  EXPECT_TRUE(run(wanted, dialogue)->accepted);
  ASSERT_EQ(audit.last().before.size(), 1U);
  EXPECT_EQ(audit.last().before[0].by, ProvenBy::stack);
  EXPECT_EQ(audit.last().before[0].detail, "pam_sss");
}

TEST_F(LoginTest, AKeyDoesNotReplaceACode) {
  Request wanted = request("alice");
  wanted.proven = {{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "ssh-ed25519"}};
  ScriptedDialogue dialogue;
  dialogue.answer("").answer("");
  EXPECT_FALSE(run(wanted, dialogue)->accepted);
}

TEST_F(LoginTest, OnePromptServesEitherOfTwoFactors) {
  use_rules({rule("either", {{{Factor::password, Factor::otp}}})});
  ScriptedDialogue with_code;
  with_code.answer(code());
  const auto by_code = run(request("alice"), with_code);
  EXPECT_TRUE(by_code->accepted);
  EXPECT_EQ(by_code->password_length, 0) << "a code must not become PAM_AUTHTOK";
  EXPECT_EQ(with_code.asked[0].text, "Password or one-time code: ");

  ScriptedDialogue with_password;
  with_password.answer(std::string(kPassword));
  const auto by_password = run(request("alice"), with_password);
  EXPECT_TRUE(by_password->accepted);
  EXPECT_EQ(by_password->password_length, kPassword.size());
}

TEST_F(LoginTest, OneCodeDoesNotServeTwoRequirements) {
  use_rules({rule("twice", {{{Factor::otp}}, {{Factor::otp}}})});
  const std::string same = code();
  ScriptedDialogue dialogue;
  dialogue.answer(same).answer(same);
  EXPECT_FALSE(run(request("alice"), dialogue)->accepted);
}

TEST_F(LoginTest, EmptyAnswersOpenNothing) { EXPECT_FALSE(login("alice", "", "").accepted); }

TEST_F(LoginTest, NoRuleMeansNoLogin) {
  use_rules({});
  ScriptedDialogue dialogue;
  const auto verdict = run(request("alice"), dialogue);
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_EQ(verdict->pam_code, PAM_PERM_DENIED);
  EXPECT_EQ(audit.last().rule, "");
}

TEST_F(LoginTest, ADenyRuleTellsThePersonItsText) {
  Rule deny = rule("closed", {});
  deny.deny = true;
  deny.deny_text = "Closed for maintenance.";
  use_rules({deny});
  ScriptedDialogue dialogue;
  const auto verdict = run(request("alice"), dialogue);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_EQ(verdict->text, "Closed for maintenance.");
}

TEST_F(LoginTest, ADialogueBrokenOffHasNoVerdictButAnEvent) {
  for (const DialogueEnd end : {DialogueEnd::hung_up, DialogueEnd::cancelled,
                                DialogueEnd::timed_out, DialogueEnd::restarting}) {
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(kPassword)).end(end);
    EXPECT_FALSE(run(request("alice"), dialogue));
    EXPECT_EQ(audit.last().kind, EventKind::dialogue_aborted);
    EXPECT_EQ(store.commits_asked(), 0);
  }
}

TEST_F(LoginTest, AnOldHashIsReplacedInTheSameCommitAsTheCodeIsSpent) {
  PasswordFactor costlier =
      std::move(*PasswordFactor::create(store, keeper, gate, {.memory_bytes = 16384, .passes = 2}));
  LoginPorts moved_on{store, host,     clock,        audit,    keeper, costlier,
                      otp,   recovery, transactions, sessions, rules};
  const auto before = *store.password_hash("alice");
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  EXPECT_TRUE(serve(request("alice"), dialogue, moved_on)->accepted);
  EXPECT_NE(*store.password_hash("alice"), before);
  EXPECT_EQ(store.commits_asked(), 1);
}

TEST_F(LoginTest, AnOldHashIsKeptWhileTheCodeIsWrong) {
  PasswordFactor costlier =
      std::move(*PasswordFactor::create(store, keeper, gate, {.memory_bytes = 16384, .passes = 2}));
  LoginPorts moved_on{store, host,     clock,        audit,    keeper, costlier,
                      otp,   recovery, transactions, sessions, rules};
  const auto before = *store.password_hash("alice");
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer("000000");
  EXPECT_FALSE(serve(request("alice"), dialogue, moved_on)->accepted);
  EXPECT_EQ(*store.password_hash("alice"), before);
  EXPECT_EQ(store.commits_asked(), 0);
}

TEST_F(LoginTest, AKeyCountsOnlyWhereTheProgramVerifiesPeopleItself) {
  Rule anywhere = rule("key", {{{Factor::publickey}}});
  anywhere.services.clear();
  use_rules({anywhere});
  Request wanted = request("alice");
  wanted.proven = {{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "ssh-ed25519"}};
  ScriptedDialogue dialogue;
  EXPECT_TRUE(run(wanted, dialogue)->accepted);
  wanted.service = "sudo";
  EXPECT_FALSE(run(wanted, dialogue)->accepted);
}

TEST_F(LoginTest, ManyLoginsAtOnceWithOneCodeGiveOneSuccess) {
  use_rules({rule("code", {{{Factor::otp}}})});
  const std::string same = code();
  std::atomic<int> accepted = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      ScriptedDialogue dialogue;
      dialogue.answer(same);
      if (run(request("alice"), dialogue)->accepted) ++accepted;
    });
  threads.clear();
  EXPECT_EQ(accepted, 1);
}

TEST_F(LoginTest, ARuleSetIsTakenOnceAndKeptToTheEnd) {
  ScriptedDialogue dialogue;
  dialogue
      .answer_with([&](std::string_view) {
        use_rules({});  // a reload while the person types
        return std::string(kPassword);
      })
      .answer(code());
  EXPECT_TRUE(run(request("alice"), dialogue)->accepted);
  EXPECT_EQ(audit.last().rules_version, "0123456789abcdef");
  EXPECT_EQ(audit.last().rule, "password and code");
}

}  // namespace
}  // namespace usher::testing
