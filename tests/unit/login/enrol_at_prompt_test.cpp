// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/login/authenticator.h"
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// bob has a password and never had a code; the rule wants one, and lets him enrol.
class EnrolAtPrompt : public LoginTest {
 protected:
  void SetUp() override {
    host.add_user("bob", 1001, {});
    store.set_password("bob", **store.password_hash("alice"));
    enrol({});
  }
  void enrol(Enrolment enrolment, std::vector<Requirement> require = {}) {
    if (enrolment.until == 0) enrolment.until = FakeClock::kStartSeconds + 3600;
    enrolment.until_text = "2001-09-09";
    enrolment.anywhere = enrolment.from.empty();
    Rule wanted = require.empty() ? password_and_code() : rule("other", std::move(require));
    wanted.enrol = std::move(enrolment);
    use_rules({std::move(wanted)});
  }
  std::string shown(std::string_view prompt) {
    return code_shown_by(prompt, totp_step(clock.wall_microseconds(), {}));
  }
  /// Right password, no code, then whatever `dialogue` goes on with.
  static ScriptedDialogue& no_code(ScriptedDialogue& dialogue) {
    return dialogue.answer(std::string(kPassword)).answer("");
  }
  ScriptedDialogue& enrolling(ScriptedDialogue& dialogue) {
    return no_code(dialogue)
        .answer_with([this](std::string_view prompt) { return shown(prompt); })
        .answer("");
  }
  bool is_enrolled(std::string_view user = "bob") {
    return !store.list_otp(user)->empty() || *store.has_had_otp(user) ||
           !store.lookup_secrets(user)->empty();
  }
  /// How it ends where nothing is offered.
  void expect_just_wrong(const Request& wanted) {
    ScriptedDialogue dialogue;
    const auto verdict = run(wanted, no_code(dialogue));
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->accepted);
    EXPECT_EQ(verdict->pam_code, PAM_AUTH_ERR);
    EXPECT_THAT(verdict->text, IsEmpty());
    EXPECT_THAT(dialogue.told, IsEmpty());
    EXPECT_FALSE(is_enrolled(wanted.user == "bob" ? "bob" : "nobody"));
  }
};

TEST_F(EnrolAtPrompt, ACodeThatConfirmsEnrolsAndLetsIn) {
  ScriptedDialogue dialogue;
  const auto verdict = run(request("bob"), enrolling(dialogue));
  ASSERT_TRUE(verdict && verdict->accepted) << verdict->reason;
  EXPECT_EQ(verdict->password_length, kPassword.size());
  ASSERT_EQ(dialogue.told.size(), 2U);
  EXPECT_THAT(dialogue.told[0].text, HasSubstr("no one-time code yet, and from 2001-09-09 on"));
  EXPECT_THAT(dialogue.told[1].text, HasSubstr("▄▄▄▄▄"));
  ASSERT_EQ(store.list_otp("bob")->size(), 1U);
  EXPECT_EQ(store.list_otp("bob")->front().label, "default");
  EXPECT_EQ(store.lookup_secrets("bob")->size(), 10U);
  EXPECT_EQ(store.notices("bob")->size(), 1U);
}

TEST_F(EnrolAtPrompt, TheNextLoginTakesTheCodeAndTellsOfIt) {
  ScriptedDialogue first;
  std::string prompt;
  clock.set_wall_seconds(1000);  // the store's commits are at 1, 2, 3 and so on
  no_code(first)
      .answer_with([&](std::string_view text) {
        prompt = text;
        return shown(text);
      })
      .answer("");
  ASSERT_TRUE(run(request("bob"), first)->accepted);
  EXPECT_FALSE(login("bob", kPassword, shown(prompt)).accepted) << "the code that confirmed";
  clock.advance_seconds(30);
  const VerdictResult next = login("bob", kPassword, shown(prompt));
  EXPECT_TRUE(next.accepted) << next.reason;
  EXPECT_THAT(next.text, HasSubstr("A one-time code was enrolled for you, from 192.0.2.7"));
  clock.advance_seconds(30);
  EXPECT_THAT(login("bob", kPassword, shown(prompt)).text, HasSubstr("was enrolled"))
      << "for three days";
  clock.advance_seconds(3 * 24 * 3600);
  EXPECT_THAT(login("bob", kPassword, shown(prompt)).text, HasSubstr("was enrolled"));
  clock.advance_seconds(30);
  EXPECT_THAT(login("bob", kPassword, shown(prompt)).text, IsEmpty());
}

TEST_F(EnrolAtPrompt, ScreenLockersLeaveTheNoticeForOthers) {
  ScriptedDialogue dialogue;
  clock.set_wall_seconds(1000);
  ASSERT_TRUE(run(request("bob"), enrolling(dialogue))->accepted);
  Rule elsewhere = rule("elsewhere", {{{Factor::password}}});
  elsewhere.services = {"login", "xsecurelock"};
  use_rules({std::move(elsewhere)});
  const auto by = [&](std::string service) {
    Request wanted = request("bob");
    wanted.service = std::move(service);
    ScriptedDialogue at_terminal;
    at_terminal.answer(std::string(kPassword));
    const auto verdict = run(wanted, at_terminal);
    EXPECT_TRUE(verdict && verdict->accepted);
    return verdict ? verdict->text : "";
  };
  EXPECT_THAT(by("xsecurelock"), IsEmpty());
  EXPECT_THAT(by("login"), HasSubstr("was enrolled"));
  EXPECT_THAT(by("login"), HasSubstr("was enrolled")) << "a thief may have seen the first";
}

TEST_F(EnrolAtPrompt, WhoHasRecoveryCodesProvesOneInstead) {
  std::vector<Effect> effects;
  effects.emplace_back(AddLookupSecrets{.user = "bob",
                                        .hashes = {LookupHash{}},
                                        .alike = {.kind = LookupKind::recovery, .uses_left = 1}});
  ASSERT_EQ(store.commit(effects), CommitOutcome::committed);
  enrol({}, {{{Factor::password}}, {{Factor::otp, Factor::recovery}}});
  ScriptedDialogue dialogue;
  EXPECT_FALSE(run(request("bob"), no_code(dialogue))->accepted);
  EXPECT_THAT(dialogue.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, ABypassIsNothingBesideACode) {
  auto made = new_lookup_secrets(LookupKind::bypass, "bob", 1);
  ASSERT_TRUE(made);
  std::vector<Effect> effects;
  effects.emplace_back(AddLookupSecrets{.user = "bob",
                                        .hashes = {made->front().hash},
                                        .alike = {.kind = LookupKind::bypass, .uses_left = 5}});
  ASSERT_EQ(store.commit(effects), CommitOutcome::committed);
  const std::string bypass(made->front().text.expose());
  enrol({}, {{{Factor::otp}}, {{Factor::recovery}}});
  ScriptedDialogue beside;
  beside.answer("").answer(bypass);
  EXPECT_FALSE(run(request("bob"), beside)->accepted);
  EXPECT_THAT(beside.told, IsEmpty());
  enrol({}, {{{Factor::password, Factor::otp}}, {{Factor::recovery}}});
  ScriptedDialogue either;
  either.answer("rubbish").answer(bypass);
  EXPECT_FALSE(run(request("bob"), either)->accepted);
  EXPECT_THAT(either.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, SshdsPasswordMethodHasNoRoomForIt) {
  Request wanted = request("bob");
  wanted.auth_info_set = false;
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword) + "123456");
  EXPECT_FALSE(run(wanted, dialogue)->accepted);
  EXPECT_THAT(dialogue.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, EnrollingIsAnEventOfItsOwnBeforeTheLogins) {
  ScriptedDialogue dialogue;
  ASSERT_TRUE(run(request("bob"), enrolling(dialogue))->accepted);
  const auto events = audit.events();
  ASSERT_GE(events.size(), 2U);
  const AuditEvent& changed = events[events.size() - 2];
  EXPECT_EQ(changed.kind, EventKind::credential_changed);
  EXPECT_EQ(changed.request.manage.operation, "otp.add");
  EXPECT_EQ(changed.person, "bob");
  EXPECT_EQ(events.back().kind, EventKind::login_accepted);
  EXPECT_NE(changed.id, events.back().id);
}

TEST_F(EnrolAtPrompt, EnterLetsInUntilTheDate) {
  ScriptedDialogue dialogue;
  const auto verdict = run(request("bob"), no_code(dialogue).answer(""));
  ASSERT_TRUE(verdict && verdict->accepted) << verdict->reason;
  EXPECT_THAT(verdict->reason, HasSubstr("put off, which the rule allows until 2001-09-09"));
  EXPECT_FALSE(is_enrolled());
}

TEST_F(EnrolAtPrompt, FromTheDateOnTheyAreToldThatItIsTooLate) {
  enrol({.until = FakeClock::kStartSeconds, .late_text = "Room 12."});
  ScriptedDialogue dialogue;
  const auto verdict = run(request("bob"), no_code(dialogue));
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_EQ(verdict->text, "Room 12.");
  EXPECT_FALSE(is_enrolled());
}

TEST_F(EnrolAtPrompt, TheLastSecondCounts) {
  enrol({.until = FakeClock::kStartSeconds + 1});
  ScriptedDialogue dialogue;
  EXPECT_TRUE(run(request("bob"), no_code(dialogue).answer(""))->accepted);
}

TEST_F(EnrolAtPrompt, AWrongPasswordIsOfferedNothing) {
  ScriptedDialogue dialogue;
  dialogue.answer("not the password").answer("");
  const auto verdict = run(request("bob"), dialogue);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_THAT(verdict->text, IsEmpty());
  EXPECT_THAT(dialogue.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, NobodyWhoDoesNotExist) { expect_just_wrong(request("nobody")); }

TEST_F(EnrolAtPrompt, WhoHasACodeIsOfferedNoOther) {
  ScriptedDialogue dialogue;
  const auto verdict = run(request("alice"), no_code(dialogue));
  EXPECT_FALSE(verdict->accepted);
  EXPECT_THAT(dialogue.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, WhoEverHadACodeIsOfferedNoOther) {
  std::vector<Effect> effects;
  effects.emplace_back(RemoveOtp{.user = "alice", .label = "phone"});
  ASSERT_EQ(store.commit(effects), CommitOutcome::committed);
  ScriptedDialogue dialogue;
  const auto verdict = run(request("alice"), no_code(dialogue));
  EXPECT_FALSE(verdict->accepted);
  EXPECT_THAT(verdict->text, IsEmpty());
  EXPECT_THAT(dialogue.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, OnlyFromTheNetworksOfTheRule) {
  enrol(
      {.from = {{.local = false, .network = *parse_network("10.0.0.0/8"), .spelling = "10.0.0.0/8"},
                {.local = true, .network = {}, .spelling = "local"}}});
  expect_just_wrong(request("bob"));
  Request unknown = request("bob");
  unknown.rhost = "some.host.example";
  expect_just_wrong(unknown);
  for (const char* rhost : {"10.9.8.7", ""}) {
    Request inside = request("bob");
    inside.rhost = rhost;
    ScriptedDialogue dialogue;
    EXPECT_TRUE(run(inside, no_code(dialogue).answer(""))->accepted) << rhost;
  }
}

TEST_F(EnrolAtPrompt, NotInAProgramWithOneFieldNorAtAScreenLocker) {
  for (const char* service : {"sddm", "xsecurelock"}) {
    Rule wanted = password_and_code();
    wanted.services = {service};
    wanted.enrol = Enrolment{.until = FakeClock::kStartSeconds + 60, .anywhere = true, .from = {}};
    use_rules({std::move(wanted)});
    Request locked = request("bob");
    locked.service = service;
    ScriptedDialogue dialogue;
    dialogue.answer(std::string(kPassword));
    if (std::string_view(service) == "xsecurelock") dialogue.answer("");
    EXPECT_FALSE(run(locked, dialogue)->accepted) << service;
    EXPECT_THAT(dialogue.told, IsEmpty());
  }
}

TEST_F(EnrolAtPrompt, AKeyThatSshdVerifiedWillDo) {
  enrol({}, {{{Factor::publickey}}, {{Factor::otp, Factor::recovery}}});
  Request wanted = request("bob");
  wanted.proven = {{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "ssh-ed25519"}};
  ScriptedDialogue dialogue;
  dialogue.answer("")
      .answer_with([this](std::string_view prompt) { return shown(prompt); })
      .answer("");
  EXPECT_TRUE(run(wanted, dialogue)->accepted);
  EXPECT_TRUE(is_enrolled());
}

TEST_F(EnrolAtPrompt, TwoThingsMissingAreNotACodeAlone) {
  enrol({}, {{{Factor::otp}}, {{Factor::password}}});
  ScriptedDialogue dialogue;
  dialogue.answer("").answer("not the password");
  EXPECT_FALSE(run(request("bob"), dialogue)->accepted);
  EXPECT_THAT(dialogue.told, IsEmpty());
}

TEST_F(EnrolAtPrompt, ThreeCodesThatDoNotMatchEnrolNothing) {
  ScriptedDialogue dialogue;
  no_code(dialogue).answer("000000").answer("000000").answer("000000");
  const auto verdict = run(request("bob"), dialogue);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_THAT(verdict->text, HasSubstr("nothing was enrolled"));
  EXPECT_FALSE(is_enrolled());
}

TEST_F(EnrolAtPrompt, ATerminalThatClosesEnrolsNothing) {
  ScriptedDialogue at_the_secret;
  EXPECT_FALSE(run(request("bob"), no_code(at_the_secret).end(DialogueEnd::hung_up)));
  EXPECT_FALSE(is_enrolled());
  ScriptedDialogue at_the_codes;
  no_code(at_the_codes)
      .answer_with([this](std::string_view prompt) { return shown(prompt); })
      .end(DialogueEnd::hung_up);
  EXPECT_FALSE(run(request("bob"), at_the_codes));
  EXPECT_FALSE(is_enrolled());
}

TEST_F(EnrolAtPrompt, APasswordThatIsChangedMeanwhileIsWorthNothing) {
  ScriptedDialogue dialogue;
  no_code(dialogue)
      .answer_with([this](std::string_view prompt) {
        store.set_password("bob", "another hash");
        return shown(prompt);
      })
      .answer("");
  EXPECT_FALSE(run(request("bob"), dialogue)->accepted);
  EXPECT_FALSE(is_enrolled());
  ScriptedDialogue skipping;
  store.set_password("bob", **store.password_hash("alice"));
  no_code(skipping).answer_with([this](std::string_view) {
    store.set_password("bob", "another hash");
    return "";
  });
  EXPECT_FALSE(run(request("bob"), skipping)->accepted);
}

TEST_F(EnrolAtPrompt, OfTwoAtOnceOneEnrols) {
  ScriptedDialogue inner;
  ScriptedDialogue outer;
  no_code(outer)
      .answer_with([&](std::string_view prompt) {
        EXPECT_TRUE(run(request("bob"), enrolling(inner))->accepted);
        return shown(prompt);
      })
      .answer("");
  EXPECT_FALSE(run(request("bob"), outer)->accepted);
  EXPECT_EQ(store.list_otp("bob")->size(), 1U);
}

TEST_F(EnrolAtPrompt, WhatCanNotBeStoredOrRecordedLetsNobodyIn) {
  ScriptedDialogue unstored;
  no_code(unstored)
      .answer_with([this](std::string_view prompt) {
        store.fail_commits(true);
        return shown(prompt);
      })
      .answer("");
  EXPECT_FALSE(run(request("bob"), unstored)->accepted);
  store.fail_commits(false);
  EXPECT_FALSE(is_enrolled());
  ScriptedDialogue unrecorded;
  audit.fail(true);
  EXPECT_FALSE(run(request("bob"), enrolling(unrecorded))->accepted);
}

TEST_F(EnrolAtPrompt, WithoutTheKeyOfTheRuleNothingIsOffered) {
  use_rules({password_and_code()});
  expect_just_wrong(request("bob"));
}

TEST_F(EnrolAtPrompt, AWindowGetsNoPicture) {
  Request wanted = request("bob");
  wanted.tty = ":0";
  ScriptedDialogue dialogue;
  EXPECT_TRUE(run(wanted, no_code(dialogue).answer(""))->accepted);
  ASSERT_EQ(dialogue.told.size(), 1U);
  EXPECT_THAT(dialogue.asked.back().text, HasSubstr("Secret: "));
}

}  // namespace
}  // namespace usher::testing
