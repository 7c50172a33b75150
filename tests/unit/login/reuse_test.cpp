// SPDX-License-Identifier: Apache-2.0
// What was proven in a session counts there for a while, for the same person, and nowhere else.
#include "tests/unit/login/session_login_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kAsksPassword = "Password: ";
constexpr auto kAsksCode = "One-time code: ";

class ReuseTest : public SessionLoginTest {
 protected:
  auto asks_both() { return ElementsAre(kAsksPassword, kAsksCode); }
  auto asks_password() { return ElementsAre(kAsksPassword); }
  auto asks_code() { return ElementsAre(kAsksCode); }
  /// Alice's session in which sudo has asked for all that it wants.
  std::string log_in_and_sudo() {
    std::string id = log_in();
    EXPECT_THAT(asked_for(sudo()), asks_password());
    clock.advance_seconds(30);  // to the next code
    return id;
  }
};

// ---- What counts
// ---------------------------------------------------------------------------------

TEST_F(ReuseTest, WithoutASessionAllIsAskedForEachTime) {
  EXPECT_THAT(asked_for(sudo()), asks_both());
  clock.advance_seconds(30);
  EXPECT_THAT(asked_for(sudo()), asks_both());
  EXPECT_THAT(*store.proofs(), IsEmpty());
  EXPECT_EQ(audit.last().session, "");
}

TEST_F(ReuseTest, TheCodeOfTheLoginCountsInItsSession) {
  const std::string id = log_in();
  EXPECT_THAT(asked_for(sudo()), asks_password());
  const AuditEvent event = audit.last();
  EXPECT_EQ(event.session, id);
  EXPECT_EQ(event.asked, std::vector{Factor::password});
  EXPECT_EQ(event.held, (std::vector{Factor::otp, Factor::password}));
  ASSERT_EQ(event.before.size(), 1U);
  EXPECT_EQ(event.before[0].factor, Factor::otp);
  EXPECT_EQ(event.before[0].by, ProvenBy::session);
  EXPECT_EQ(event.before[0].detail, id);
  EXPECT_EQ(event.before[0].age, 30);
}

TEST_F(ReuseTest, WhatSudoAskedCountsForTheNext) {
  log_in_and_sudo();
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
  EXPECT_EQ(audit.last().kind, EventKind::login_accepted);
  EXPECT_THAT(audit.last().reason, HasSubstr("its session holds password, 30 s old and otp, 60 s"));
}

TEST_F(ReuseTest, TheKeyOfTheLoginCountsWhereTheRuleSaysSo) {
  Rule by_key = reusing_rule();
  by_key.require = {{{Factor::publickey, Factor::password}}};
  by_key.reuse = {{.factor = Factor::publickey, .seconds = 60}};
  use_rules({ssh_rule(), by_key});
  log_in();
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
  clock.advance_seconds(31);
  EXPECT_THAT(asked_for(sudo()), asks_password());
}

TEST_F(ReuseTest, ARuleThatReusesNothingAsksForAll) {
  Rule strict = reusing_rule();
  strict.reuse.clear();
  use_rules({ssh_rule(), strict});
  log_in();
  EXPECT_THAT(asked_for(sudo()), asks_both());
}

TEST_F(ReuseTest, CountsForItsTimeAndNoLonger) {
  log_in();
  EXPECT_THAT(asked_for(sudo()), asks_password());
  clock.advance_seconds(kPasswordSeconds);
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
  clock.advance_seconds(1);
  EXPECT_THAT(asked_for(sudo()), asks_password());
  clock.advance_seconds(kCodeSeconds);
  EXPECT_THAT(asked_for(sudo()), asks_both());
}

TEST_F(ReuseTest, ReusingMakesNothingYounger) {
  log_in();
  EXPECT_THAT(asked_for(sudo()), asks_password());
  for (int i = 0; i < 3; ++i) {
    clock.advance_seconds(kPasswordSeconds / 3);
    EXPECT_THAT(asked_for(sudo()), IsEmpty());
  }
  clock.advance_seconds(1);
  EXPECT_THAT(asked_for(sudo()), asks_password());
}

TEST_F(ReuseTest, WhoeverSetsTheClockGainsNothing) {
  log_in_and_sudo();
  clock.set_wall_seconds(FakeClock::kStartSeconds + 100'000'020);
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
  clock.advance_seconds(kPasswordSeconds);
  clock.set_wall_seconds(FakeClock::kStartSeconds + 90);
  EXPECT_THAT(asked_for(sudo()), asks_password());
}

TEST_F(ReuseTest, AnotherUsherdCountsItToo) {
  log_in_and_sudo();
  SessionRegister next({store, host, clock, audit}, 86'400);
  ASSERT_TRUE(next.start());
  LoginPorts its{store, host,     clock,        audit, keeper, password,
                 otp,   recovery, transactions, next,  rules};
  ScriptedDialogue nobody;
  EXPECT_TRUE(serve(sudo(), nobody, its)->accepted);
}

TEST_F(ReuseTest, AHashThatIsRenewedIsStillThatPassword) {
  Secret secret;
  ASSERT_TRUE(secret.assign(kPassword));
  const auto dearer =
      hash_password(secret, {.memory_bytes = 16'384, .passes = 1}, gate, Deadline::after(60'000));
  ASSERT_TRUE(dearer);
  store.set_password("alice", *dearer);
  const std::string id = log_in_and_sudo();
  EXPECT_NE(**store.password_hash("alice"), *dearer);
  EXPECT_EQ(proofs_of(id).size(), 3U);
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
}

// ---- Whose it is
// ---------------------------------------------------------------------------------

TEST_F(ReuseTest, ANewSessionHasNothingOfTheOther) {
  log_in_and_sudo();
  const ProcessId other{.pid = 5000, .start_time = 300};
  host.set_start_time(other.pid, other.start_time);
  ASSERT_TRUE(sessions.open({.user = "alice", .uid = 1000, .anchor = other}, {}));
  EXPECT_THAT(asked_for(by_program("sudo", "alice", 1000, other)), asks_both());
}

TEST_F(ReuseTest, AnotherUidsProcessesHaveNothingOfIt) {
  const std::string id = log_in_and_sudo();
  EXPECT_THAT(asked_for(by_program("sudo", "alice", 1001)), asks_both());
  clock.advance_seconds(30);
  EXPECT_THAT(asked_for(by_program("sudo", "alice", 1001)), asks_both()) << "nor do they earn it";
  EXPECT_EQ(proofs_of(id).size(), 3U);
}

TEST_F(ReuseTest, WhatOneUidEarnsIsNotAnothers) {
  open_with({});
  EXPECT_THAT(asked_for(by_program("sudo", "alice", 1001)), asks_both());
  clock.advance_seconds(30);
  EXPECT_THAT(asked_for(sudo()), asks_both());
}

TEST_F(ReuseTest, OneIsNotSomebodyElseByIt) {
  Rule password_alone = reusing_rule();
  password_alone.require = {{{Factor::password}}};
  use_rules({ssh_rule(), password_alone});
  store.set_password("bob", **store.password_hash("alice"));
  log_in();
  EXPECT_THAT(asked_for(sudo()), asks_password());
  EXPECT_THAT(asked_for(by_program("su", "bob")), asks_password()) << "alice's is not bob's";
  EXPECT_THAT(asked_for(by_program("su", "bob")), asks_password())
      << "and what bob proved at alice's terminal is not left behind there";
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
}

TEST_F(ReuseTest, WhoGuessesBesideWhatTheSessionHoldsSoonHasToProveAllOfIt) {
  use_rules({ssh_rule(), reusing_rule()});
  const std::string id = log_in_and_sudo();
  clock.advance_seconds(kPasswordSeconds + 1);  // the code counts on, the password does not
  const auto guess = [&] {
    ScriptedDialogue dialogue;
    dialogue.answer("not the password");
    EXPECT_FALSE(run(sudo(), dialogue)->accepted);
  };
  static_assert(SessionRegister::kMostMisses == 3);
  guess();
  guess();
  EXPECT_THAT(asked_for(sudo()), asks_password()) << "two may be slips";
  store.set_password("bob", **store.password_hash("alice"));
  Rule su = rule("su", {{{Factor::password}}});
  su.services = {"su"};
  use_rules({ssh_rule(), reusing_rule({"sudo"}), su});
  EXPECT_THAT(asked_for(by_program("su", "bob")), asks_password());
  clock.advance_seconds(kPasswordSeconds + 1);
  guess();  // none of that has made up for them
  EXPECT_THAT(proofs_of(id), IsEmpty());
  EXPECT_TRUE(audit.last().reason.contains("proven there again")) << audit.last().reason;
  clock.advance_seconds(30);
  EXPECT_THAT(asked_for(sudo()), asks_both());
  EXPECT_THAT(asked_for(sudo()), IsEmpty()) << "which makes up for it";
}

TEST_F(ReuseTest, WhatWasProvenInASessionThatWasRevokedSinceLetsNobodyIn) {
  const std::string id = log_in();
  const Request wanted = sudo();
  EXPECT_THAT(asked_for(wanted), asks_password());
  ASSERT_TRUE(sessions.revoke([&](const Session& session) { return session.id == id; }, "root"));
  EXPECT_FALSE(hear(in_phase(wanted, Phase::account)).verdict.accepted);
}

TEST_F(ReuseTest, WhoStandsInNoneEarnsAndReusesNothing) {
  use_rules({ssh_rule(), reusing_rule({"sudo", "gtklock", "sshd", "login"})});
  const std::string id = log_in_and_sudo();
  const auto before = proofs_of(id);

  Request by_root = sudo();
  by_root.caller.person = 0;
  Request by_nobody = sudo();
  by_nobody.caller.person = static_cast<uid_t>(-1);
  Request from_outside = sudo();
  from_outside.rhost = "192.0.2.7";
  Request untrusted = by_program("gtklock");
  untrusted.caller.uid = 1000;
  untrusted.caller.trusted = false;
  Request unknown = sudo();
  unknown.caller.start_time = 0;
  Request not_there = sudo();
  not_there.caller.start_time = 501;
  for (const Request& wanted : {by_root, by_nobody, from_outside, untrusted, unknown, not_there}) {
    clock.advance_seconds(30);
    EXPECT_THAT(asked_for(wanted), asks_both()) << wanted.service;
    EXPECT_EQ(audit.last().session, "");
    EXPECT_EQ(proofs_of(id), before);
  }
}

TEST_F(ReuseTest, AProgramThatVerifiesPeopleItselfStandsInNone) {
  const std::string id = log_in_and_sudo();
  use_rules({reusing_rule({"sshd"})});
  const auto before = proofs_of(id);
  Request by_sshd = by_program("sshd");
  by_sshd.auth_info_set = true;  // it can show two fields
  EXPECT_THAT(asked_for(by_sshd), asks_both());
  EXPECT_EQ(proofs_of(id), before);
}

TEST_F(ReuseTest, BelowWhatWasOpenedInsideTheOuterSessionCountsNoMore) {
  log_in_and_sudo();
  Request su = by_program("su", "bob");
  su.phase = Phase::open_session;
  ASSERT_TRUE(hear(su).verdict.accepted);
  EXPECT_THAT(asked_for(by_program("sudo", "alice", 1000, su.caller.process())), asks_both());
}

TEST_F(ReuseTest, ARuleThatOnlyObservesNeitherEarnsNorReuses) {
  const std::string id = log_in();
  Rule observing = reusing_rule();
  observing.observe = true;
  use_rules({ssh_rule(), observing});
  const auto before = proofs_of(id);
  const Heard heard = hear(sudo());
  EXPECT_TRUE(heard.verdict.ignored);
  EXPECT_THAT(heard.prompts, IsEmpty());
  EXPECT_EQ(proofs_of(id), before);
}

TEST_F(ReuseTest, WhatAnotherModuleVerifiedIsNotReused) {
  const EarnedProof by_stack{.user = "alice",
                             .for_uid = 1000,
                             .factor = Factor::password,
                             .by = ProvenBy::stack,
                             .boot_at = clock.boot_microseconds()};
  const std::string id = open_with({by_stack});
  ASSERT_EQ(proofs_of(id).size(), 1U);
  EXPECT_THAT(asked_for(sudo()), asks_both());
}

// ---- What earns nothing
// --------------------------------------------------------------------------

TEST_F(ReuseTest, AWrongAnswerEarnsNothing) {
  const std::string id = open_with({});
  for (const auto& [first, second] : {std::pair(std::string("wrong"), code()),
                                      std::pair(std::string(kPassword), std::string("000000"))}) {
    ScriptedDialogue dialogue;
    dialogue.answer(first).answer(second);
    EXPECT_FALSE(run(sudo(), dialogue)->accepted);
  }
  EXPECT_THAT(proofs_of(id), IsEmpty());
  EXPECT_THAT(asked_for(sudo()), asks_both());
}

TEST_F(ReuseTest, ADialogueThatIsBrokenOffEarnsNothing) {
  const std::string id = open_with({});
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).end(DialogueEnd::hung_up);
  EXPECT_FALSE(run(sudo(), dialogue));
  EXPECT_THAT(proofs_of(id), IsEmpty());
}

TEST_F(ReuseTest, ASuccessThatIsNotDurableEarnsNothing) {
  const std::string id = open_with({});
  store.fail_commits(true);
  EXPECT_FALSE(hear(sudo()).verdict.accepted);
  store.fail_commits(false);
  EXPECT_THAT(proofs_of(id), IsEmpty());
}

// ---- What takes it away
// --------------------------------------------------------------------------

TEST_F(ReuseTest, ANewPasswordIsAskedFor) {
  log_in_and_sudo();
  change(SetPassword{.user = "alice", .hash = **store.password_hash("alice")});
  EXPECT_THAT(asked_for(sudo()), asks_password());
}

TEST_F(ReuseTest, ACodeWhoseGeneratorIsGoneIsAskedFor) {
  log_in_and_sudo();
  change(RemoveOtp{.user = "alice", .label = "phone"});
  EXPECT_THAT(hear(sudo()).prompts, asks_code());
}

TEST_F(ReuseTest, InARevokedSessionAllIsAskedFor) {
  const std::string id = log_in_and_sudo();
  ASSERT_TRUE(sessions.revoke([&](const Session& session) { return session.id == id; }, "root"));
  EXPECT_THAT(asked_for(sudo()), asks_both());
  EXPECT_THAT(proofs_of(id), IsEmpty()) << "and nothing is earned there any more";
}

TEST_F(ReuseTest, WhatIsRevokedWhileThePromptIsOpenDoesNotCount) {
  const std::string id = log_in();
  ScriptedDialogue dialogue;
  dialogue.answer_with([&](std::string_view) {
    EXPECT_TRUE(sessions.revoke([&](const Session& session) { return session.id == id; }, "root"));
    return std::string(kPassword);
  });
  const auto verdict = run(sudo(), dialogue);
  EXPECT_FALSE(verdict->accepted);
  EXPECT_EQ(verdict->pam_code, PAM_AUTH_ERR);
  EXPECT_THAT(*store.proofs(), IsEmpty());
}

TEST_F(ReuseTest, WhatGetsTooOldWhileThePromptIsOpenDoesNotCount) {
  log_in();
  ScriptedDialogue dialogue;
  dialogue.answer_with([&](std::string_view) {
    clock.advance_seconds(kCodeSeconds);
    return std::string(kPassword);
  });
  EXPECT_FALSE(run(sudo(), dialogue)->accepted);
}

TEST_F(ReuseTest, ACodeThatIsRemovedWhileThePromptIsOpenDoesNotCount) {
  log_in();
  ScriptedDialogue dialogue;
  dialogue.answer_with([&](std::string_view) {
    change(RemoveOtp{.user = "alice", .label = "phone"});
    return std::string(kPassword);
  });
  EXPECT_FALSE(run(sudo(), dialogue)->accepted);
}

TEST_F(ReuseTest, InALockedAccountNothingCountsWhateverItHangsOn) {
  log_in_and_sudo();
  keeper.set_entry("alice", "x");
  EXPECT_THAT(asked_for(sudo()), IsEmpty());
  keeper.set_entry("alice", "x", AccountState::locked);
  EXPECT_THAT(hear(sudo()).prompts, asks_both());
}

TEST_F(ReuseTest, WhatCannotBeReadDoesNotCount) {
  log_in_and_sudo();
  store.fail_reads(true);
  EXPECT_FALSE(hear(sudo()).prompts.empty());
}

// ---- Passwords of the system
// ---------------------------------------------------------------------

class SystemReuseTest : public ReuseTest {
 protected:
  SystemReuseTest() {
    host.add_user("carol", 1002);
    keeper.set_entry("carol", std::string(kPassword));
    Rule password_alone = reusing_rule();
    password_alone.require = {{{Factor::password}}};
    use_rules({password_alone});
    open_with({}, "carol", 1002);
  }
  Request carols_sudo() { return by_program("sudo", "carol", 1002); }
};

TEST_F(SystemReuseTest, CountWhileTheyAreThose) {
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
  EXPECT_THAT(asked_for(carols_sudo()), IsEmpty());
  keeper.set_entry("somebody else", "new");
  EXPECT_THAT(asked_for(carols_sudo()), IsEmpty());
}

TEST_F(SystemReuseTest, ANewOneIsAskedFor) {
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
  keeper.set_entry("carol", "another");
  EXPECT_THAT(hear(carols_sudo()).prompts, asks_password());
}

TEST_F(SystemReuseTest, AFirstUsherPasswordIsAskedFor) {
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
  change(SetPassword{.user = "carol", .hash = **store.password_hash("alice")});
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
}

TEST_F(SystemReuseTest, AnAccountThatIsClosedReusesNothing) {
  for (const AccountState state :
       {AccountState::locked, AccountState::account_expired, AccountState::password_expired}) {
    keeper.set_entry("carol", std::string(kPassword));
    EXPECT_THAT(asked_for(carols_sudo()).size(), ::testing::Le(1U));
    keeper.set_entry("carol", std::string(kPassword), state);
    EXPECT_THAT(hear(carols_sudo()).prompts, asks_password()) << name_of(state);
  }
}

TEST_F(SystemReuseTest, AKeeperThatCannotBeAskedLetsNothingCount) {
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
  keeper.fail(true);
  EXPECT_THAT(hear(carols_sudo()).prompts, asks_password());
}

TEST_F(SystemReuseTest, AKeeperThatKnowsNoMarksLetsNothingCount) {
  keeper.be_old(true);
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
  EXPECT_THAT(asked_for(carols_sudo()), asks_password());
  keeper.be_old(false);
  EXPECT_THAT(asked_for(carols_sudo()), asks_password()) << "it had no mark to go by";
}

TEST_F(SystemReuseTest, NoMarkIsNotTheMarkOfNoPassword) {
  host.add_user("dave", 1003);
  change(EarnProof{.session = sessions.open_sessions().front().id,
                   .proof = {.user = "dave",
                             .for_uid = 1003,
                             .factor = Factor::password,
                             .by = ProvenBy::usher,
                             .tie = {.kind = ProofTie::Kind::system_password},
                             .boot_at = clock.boot_microseconds()}});
  ASSERT_EQ(store.proofs()->size(), 1U);
  EXPECT_THAT(hear(by_program("sudo", "dave", 1003)).prompts, asks_password());
}

}  // namespace
}  // namespace usher::testing
