// SPDX-License-Identifier: Apache-2.0
// The help desk lets people in who have lost what makes their codes, and nobody else.
#include "tests/unit/login/emergency_fixture.h"

namespace usher::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BypassTest : public EmergencyTest {
 protected:
  /// What ada, proven, comes to with this.
  VerdictResult ada_asks(const Request& wanted, bool is_shown_a_secret = false) {
    clock.advance_seconds(30);
    ScriptedDialogue dialogue;
    prove_ada(dialogue);
    if (is_shown_a_secret) dialogue.answer("");
    auto verdict = run(by(kAda, wanted), dialogue).value_or(VerdictResult{});
    if (is_shown_a_secret) secret = secret_in(dialogue.asked.back().text);
    return verdict;
  }
  std::string secret;
};

TEST_F(BypassTest, TheHelpDeskIssuesOneAndThePersonLogsInWithThePasswordBesideIt) {
  ASSERT_TRUE(ada_asks(bypass_of("bob"), true).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::credential_changed);
  EXPECT_EQ(audit.last().person, "bob");
  EXPECT_EQ(audit.last().request.ruser, "ada");
  EXPECT_THAT(audit.last().reason, HasSubstr("bypass of bob issued by ada, for sshd"));
  EXPECT_EQ(secrets_of("bob", LookupKind::bypass).front().issued_by, "ada");
  EXPECT_THAT(told("bob"), ElementsAre(HasSubstr("issued to you by ada")));

  EXPECT_FALSE(log_in("bob", {"wrong", secret}).accepted);
  EXPECT_TRUE(log_in("bob", {"bob's password", secret}).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::bypass_used);
  EXPECT_EQ(audit.last().held, (std::vector{Factor::password, Factor::bypass}));
  EXPECT_THAT(told("bob"), Contains("a bypass was used for sshd from 192.0.2.7"));
  EXPECT_FALSE(log_in("bob", {"bob's password", secret}).accepted) << "one use";
}

TEST_F(BypassTest, CountsWhereItWasIssuedForAndAsLongAndAsOften) {
  Rule anywhere = rule("anywhere", {{{Factor::password}}, {{Factor::otp}}});
  anywhere.services.clear();
  use({anywhere});
  Request wanted = bypass_of("bob");
  wanted.manage.services = {"sshd", "sudo"};
  wanted.manage.uses = 3;
  wanted.manage.seconds = 600;
  const std::string shown = hand_out(wanted);
  EXPECT_FALSE(log_in("bob", {"bob's password", shown}, "su").accepted);
  EXPECT_THAT(audit.last().reason, HasSubstr("bypass not for this service"));
  EXPECT_TRUE(log_in("bob", {"bob's password", shown}, "sudo").accepted);
  EXPECT_TRUE(log_in("bob", {"bob's password", shown}).accepted);
  clock.advance_seconds(600);
  EXPECT_FALSE(log_in("bob", {"bob's password", shown}).accepted);
}

TEST_F(BypassTest, StandsBehindThePasswordWhereThereIsOneField) {
  Request wanted = bypass_of("bob");
  wanted.manage.uses = 2;
  const std::string shown = hand_out(wanted);
  const VerdictResult verdict = log_in_by_one_field("bob", "bob's password" + shown);
  EXPECT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_EQ(verdict.password_length, std::string_view("bob's password").size());
  EXPECT_FALSE(log_in_by_one_field("bob", "wrong" + shown).accepted);
  EXPECT_FALSE(log_in_by_one_field("bob", shown).accepted);
}

TEST_F(BypassTest, ByItselfLetsNobodyIn) {
  use({rule("a code is enough", {{{Factor::otp}}})});
  const std::string shown = hand_out(bypass_of("bob"));
  EXPECT_FALSE(log_in("bob", {shown}).accepted);
  EXPECT_THAT(audit.last().reason, HasSubstr("a bypass alone lets nobody in"));
  EXPECT_EQ(secrets_of("bob", LookupKind::bypass).front().uses_left, 1U);
}

TEST_F(BypassTest, AnotherTakesItsPlaceAndRevokedItIsGone) {
  const std::string first = hand_out(bypass_of("bob"));
  const std::string second = hand_out(bypass_of("bob"));
  EXPECT_FALSE(log_in("bob", {"bob's password", first}).accepted);
  EXPECT_TRUE(ada_asks(change("bob", "bypass.revoke")).accepted);
  EXPECT_THAT(told("bob"), Contains("your bypass was revoked by ada"));
  EXPECT_FALSE(log_in("bob", {"bob's password", second}).accepted);
  EXPECT_FALSE(ada_asks(change("bob", "bypass.revoke")).accepted) << "there is none any more";
}

TEST_F(BypassTest, NothingIsIssuedBeforeItWasTaken) {
  ScriptedDialogue dialogue;
  prove_ada(dialogue);
  dialogue.end(DialogueEnd::hung_up);
  EXPECT_FALSE(run(by(kAda, bypass_of("bob")), dialogue));
  EXPECT_TRUE(secrets_of("bob", LookupKind::bypass).empty());
}

TEST_F(BypassTest, WhatIsWrongWithItIsSaid) {
  const auto wrong = [&](auto edit) {
    Request wanted = bypass_of("bob");
    edit(wanted.manage);
    return refused(wanted).text;
  };
  EXPECT_THAT(wrong([](ManageRequest& m) { m.services.clear(); }), HasSubstr("--service"));
  for (const char* name : {"", "@sudo", "/etc/pam.d/sshd", "SSHD", "s*", "two words", "\x1b[2J"})
    EXPECT_THAT(wrong([&](ManageRequest& m) { m.services = {"sshd", name}; }),
                HasSubstr("/etc/pam.d"))
        << name;
  for (const char* name : {"usherctl", "passwd"})
    EXPECT_THAT(wrong([&](ManageRequest& m) { m.services = {name}; }), HasSubstr("getting in"));
  EXPECT_THAT(wrong([](ManageRequest& m) { m.seconds = 24 * 3600 + 1; }), HasSubstr("24 hours"));
  EXPECT_THAT(wrong([](ManageRequest& m) { m.uses = 21; }), HasSubstr("20 uses"));
  EXPECT_EQ(store.commits_asked(), 0);
}

TEST_F(BypassTest, NobodyButRootAndTheHelpDeskIssuesAny) {
  host.add_user("eve", 1200);
  EXPECT_FALSE(refused(by(1200, bypass_of("bob"))).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::request_refused);
  // For oneself is no way around that.
  EXPECT_THAT(refused(by(kBob, bypass_of("bob"))).text, HasSubstr("for themselves"));
  host.fail_groups(true);
  EXPECT_FALSE(refused(by(kAda, bypass_of("bob"))).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::request_refused);
}

TEST_F(BypassTest, TheHelpDeskDoesNothingElseForOthers) {
  for (const char* operation : {"password.set", "otp.add", "otp.remove", "otp.rename",
                                "recovery.new", "enrol.reopen", "breakglass.seal"}) {
    EXPECT_FALSE(refused(by(kAda, change("bob", operation))).accepted);
    EXPECT_EQ(audit.last().kind, EventKind::request_refused) << operation;
  }
}

TEST_F(BypassTest, TheHelpDeskStaysWhatItIs) {
  host.add_user("grace", 1101, {{"helpdesk", 60}});
  host.add_user("toor", 0);
  host.add_user("rescue", 1102);
  host.add_user("ada2", kAda);
  hand_out(change("rescue", "breakglass.seal"));
  EXPECT_THAT(ada_asks(bypass_of("grace")).text, HasSubstr("administrator too"));
  EXPECT_THAT(ada_asks(bypass_of("root")).text, HasSubstr("is root"));
  EXPECT_THAT(ada_asks(bypass_of("toor")).text, HasSubstr("is root"));
  EXPECT_THAT(ada_asks(bypass_of("rescue")).text, HasSubstr("break-glass account"));
  EXPECT_THAT(ada_asks(change("rescue", "bypass.revoke")).text, HasSubstr("break-glass account"));
  EXPECT_THAT(refused(by(kAda, bypass_of("ada"))).text, HasSubstr("for themselves"));
  EXPECT_THAT(refused(by(kAda, bypass_of("ada2"))).text, HasSubstr("for themselves"));
  for (const char* user : {"grace", "root", "toor", "rescue", "ada", "ada2"})
    EXPECT_TRUE(secrets_of(user, LookupKind::bypass).empty()) << user;
  // Root may.
  EXPECT_NE(hand_out(bypass_of("grace")), "");
}

TEST_F(BypassTest, WhomAGroupThatCannotBeFoundMayHoldIsNotHelped) {
  rules.replace({.rules = {rule("password and code", {{{Factor::password}}, {{Factor::otp}}})},
                 .admins = {.users = {"ada"}, .groups = {"gone"}}});
  EXPECT_THAT(ada_asks(bypass_of("bob")).text, HasSubstr("could not be looked up"));
}

TEST_F(BypassTest, AStolenPasswordOfTheHelpDeskIssuesNothing) {
  ScriptedDialogue wrong;
  wrong.answer("ada's password").answer("000000");
  EXPECT_FALSE(run(by(kAda, bypass_of("bob")), wrong)->accepted);
  EXPECT_EQ(audit.last().request.ruser, "ada");

  host.add_user("dan", 1103, {{"helpdesk", 60}});
  keeper.set_entry("dan", "dan's password");
  EXPECT_THAT(refused(by(1103, bypass_of("bob"))).text, HasSubstr("otp add"));
}

TEST_F(BypassTest, ACodeThatIsTakenAwayMeanwhileIsNotDoneWithout) {
  // As at the moment between looking and asking: the password alone is asked for.
  ScriptedDialogue dialogue;
  store.add_otp("ada", "phone", seed_of(kSeed));
  dialogue.answer("ada's password").answer_with([&](std::string_view) {
    std::vector<Effect> effects;
    effects.emplace_back(RemoveOtp{.user = "ada", .label = "phone"});
    EXPECT_EQ(store.commit(effects), CommitOutcome::committed);
    return code();
  });
  EXPECT_FALSE(run(by(kAda, bypass_of("bob")), dialogue)->accepted);
  EXPECT_TRUE(secrets_of("bob", LookupKind::bypass).empty());
}

TEST_F(BypassTest, AClosedAccountOfTheHelpDeskIssuesNothing) {
  keeper.set_entry("ada", "ada's password", AccountState::account_expired);
  EXPECT_THAT(refused(by(kAda, bypass_of("bob"))).text, HasSubstr("closes your account"));
}

TEST_F(BypassTest, WhoeverLeavesTheHelpDeskWhileTheyProveThemselvesIssuesNothing) {
  ScriptedDialogue dialogue;
  dialogue.answer("ada's password").answer_with([&](std::string_view) {
    host.add_user("ada", kAda);
    return code();
  });
  EXPECT_FALSE(run(by(kAda, bypass_of("bob")), dialogue)->accepted);
  EXPECT_TRUE(secrets_of("bob", LookupKind::bypass).empty());
}

TEST_F(BypassTest, WhoeverLeavesTheHelpDeskWhileThePageIsOpenIssuesNothing) {
  ScriptedDialogue dialogue;
  prove_ada(dialogue);
  dialogue.answer_with([&](std::string_view) {
    host.add_user("ada", kAda);
    return std::string();
  });
  EXPECT_FALSE(run(by(kAda, bypass_of("bob")), dialogue)->accepted);
  EXPECT_TRUE(secrets_of("bob", LookupKind::bypass).empty());
}

TEST_F(BypassTest, ChangesNoCredentials) {
  // Even if the store holds one that says so.
  const auto made = new_lookup_secrets(LookupKind::bypass, "alice", 1);
  std::vector<Effect> effects;
  effects.emplace_back(AddLookupSecrets{
      .user = "alice",
      .hashes = {made->front().hash},
      .alike = {.kind = LookupKind::bypass, .services = {"usherctl"}, .uses_left = 9}});
  ASSERT_EQ(store.commit(effects), CommitOutcome::committed);
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(std::string(made->front().text.expose()));
  Request wanted = change("alice", "otp.remove");
  wanted.manage.label = "phone";
  EXPECT_FALSE(run(by(1000, wanted), dialogue)->accepted);
  EXPECT_EQ(store.list_otp("alice")->size(), 1U);
}

}  // namespace
}  // namespace usher::testing
