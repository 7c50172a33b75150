// SPDX-License-Identifier: Apache-2.0
// What open_session enters into the register, and with which proofs.
#include "tests/unit/login/session_login_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SessionProofsTest : public SessionLoginTest {
 protected:
  EarnedProof earned(std::string user, uid_t for_uid, Factor factor, ProvenBy by,
                     ProofTie tie = {}) const {
    return {.user = std::move(user),
            .for_uid = for_uid,
            .factor = factor,
            .by = by,
            .tie = tie,
            .boot_at = clock.boot_microseconds(),
            .wall_at = clock.wall_microseconds() / FakeClock::kMicroseconds};
  }
  ProofTie code_tie() const { return {.kind = ProofTie::Kind::otp, .otp = code_id}; }
  /// The session that was opened last, as the event names it.
  Session opened() {
    EXPECT_EQ(audit.last().kind, EventKind::session_opened);
    return stored(audit.last().session);
  }
  std::vector<Session> open_sessions() { return sessions.open_sessions(); }
};

TEST_F(SessionProofsTest, WhatSshdsChildAskedAndWhatSshdVerifiedAreInTheSessionOfItsParent) {
  Request child = request("alice");
  child.proven = {key()};
  ASSERT_THAT(asked_for(child), ElementsAre("One-time code: "));
  ASSERT_TRUE(hear(session_of("alice")).verdict.accepted);
  const Session session = opened();
  EXPECT_EQ(session.user, "alice");
  EXPECT_EQ(session.uid, 1000U);
  EXPECT_EQ(session.service, "sshd");
  EXPECT_EQ(session.rhost, "192.0.2.7");
  EXPECT_EQ(session.tty, "ssh");
  EXPECT_EQ(session.anchor, kMonitor);
  EXPECT_EQ(session.parent, "");
  EXPECT_EQ(session.rule, "key and code");
  EXPECT_EQ(session.rule_at, "50-test.toml:3");
  EXPECT_FALSE(session.observed);
  EXPECT_THAT(session.factors, ElementsAre("publickey", "otp"));
  EXPECT_THAT(proofs_of(session.id),
              UnorderedElementsAre(earned("alice", 1000, Factor::otp, ProvenBy::usher, code_tie()),
                                   earned("alice", 1000, Factor::publickey, ProvenBy::sshd)));
}

TEST_F(SessionProofsTest, WhatWasAskedIsInOneSessionAlone) {
  Rule everything = ssh_rule();
  everything.require = {{{Factor::publickey}}};
  log_in();
  // What a key alone opens has the key alone.
  use_rules({everything});
  ASSERT_TRUE(hear(session_of("alice")).verdict.accepted);
  EXPECT_THAT(opened().factors, ElementsAre("publickey"));
  EXPECT_THAT(proofs_of(audit.last().session),
              ElementsAre(earned("alice", 1000, Factor::publickey, ProvenBy::sshd)));
}

TEST_F(SessionProofsTest, WhatAProgramSaysThatMayNotIsNotProven) {
  Request sudo_session = in_phase(sudo(), Phase::open_session);
  sudo_session.proven = {key()};
  ASSERT_TRUE(hear(sudo_session).verdict.accepted);
  EXPECT_THAT(proofs_of(audit.last().session), IsEmpty());
}

TEST_F(SessionProofsTest, SuProvesSomethingWhereItLeadsAndNotWhereItStands) {
  Rule password_alone = reusing_rule();
  password_alone.require = {{{Factor::password}}};
  use_rules({ssh_rule(), password_alone});
  store.set_password("bob", **store.password_hash("alice"));
  const std::string outer = open_with({});
  const Request su = by_program("su", "bob");
  ASSERT_THAT(asked_for(su), ElementsAre("Password: "));
  ASSERT_TRUE(hear(in_phase(su, Phase::open_session)).verdict.accepted);

  const Session session = opened();
  EXPECT_EQ(session.user, "bob");
  EXPECT_EQ(session.parent, outer);
  EXPECT_EQ(session.anchor, su.caller.process());
  EXPECT_EQ(session.ruser, "alice");
  EXPECT_THAT(session.factors, ElementsAre("password"));
  const ProofTie tie{.kind = ProofTie::Kind::usher_password,
                     .mark = mark_of_hash(**store.password_hash("bob"))};
  EXPECT_THAT(proofs_of(outer), IsEmpty()) << "what bob proved is not left behind with alice";
  EXPECT_THAT(proofs_of(session.id),
              ElementsAre(earned("bob", 1001, Factor::password, ProvenBy::usher, tie)));
  EXPECT_THAT(asked_for(by_program("sudo", "bob", 1001, su.caller.process())), IsEmpty());
}

TEST_F(SessionProofsTest, WhatWasReusedOpensASessionButIsNotProvenThere) {
  Rule password_alone = reusing_rule();
  password_alone.require = {{{Factor::password}}};
  use_rules({ssh_rule(), password_alone});
  open_with({});
  ASSERT_THAT(asked_for(by_program("su", "alice")), SizeIs(1));
  const Request su = by_program("su", "alice");
  ASSERT_THAT(asked_for(su), IsEmpty());
  ASSERT_TRUE(hear(in_phase(su, Phase::open_session)).verdict.accepted);
  EXPECT_THAT(opened().factors, ElementsAre("password (reused)"));
  EXPECT_THAT(proofs_of(audit.last().session), IsEmpty());
}

TEST_F(SessionProofsTest, SudosSessionSaysWhatWhoAskedForItHasProven) {
  const std::string outer = log_in();
  const Request sudo_request = sudo();
  ASSERT_THAT(asked_for(sudo_request), ElementsAre("Password: "));
  Request roots = in_phase(sudo_request, Phase::open_session);
  roots.user = "root";
  ASSERT_TRUE(hear(roots).verdict.accepted);
  const Session session = opened();
  EXPECT_EQ(session.user, "root");
  EXPECT_EQ(session.uid, 0U);
  EXPECT_EQ(session.parent, outer);
  EXPECT_THAT(session.factors, ElementsAre("otp (reused)", "password"));
  EXPECT_THAT(proofs_of(session.id), IsEmpty()) << "that was alice";
}

TEST_F(SessionProofsTest, AProofWhoseCredentialIsGoneByThenIsNotInTheSession) {
  Request child = request("alice");
  child.proven = {key()};
  ASSERT_TRUE(hear(child).verdict.accepted);
  change(RemoveOtp{.user = "alice", .label = "phone"});
  ASSERT_TRUE(hear(session_of("alice")).verdict.accepted);
  EXPECT_THAT(proofs_of(audit.last().session),
              ElementsAre(earned("alice", 1000, Factor::publickey, ProvenBy::sshd)));
}

TEST_F(SessionProofsTest, ProgramsThatNobodyLogsInByBeginNone) {
  use_rules({reusing_rule({})});
  for (const char* service : {"cron", "atd", "systemd-user", "sddm-greeter"}) {
    ASSERT_TRUE(hear(in_phase(by_program(service), Phase::open_session)).verdict.accepted)
        << service;
    EXPECT_EQ(audit.last().session, "");
  }
  EXPECT_THAT(open_sessions(), IsEmpty());
  EXPECT_THAT(*store.sessions({.count = 10}), IsEmpty());
}

TEST_F(SessionProofsTest, AnObservedSessionIsEnteredWithoutProofs) {
  Rule observing = ssh_rule();
  observing.observe = true;
  use_rules({observing});
  const Heard heard = hear(session_of("alice"));
  EXPECT_TRUE(heard.verdict.ignored);
  ASSERT_THAT(open_sessions(), SizeIs(1));
  const Session session = stored(audit.last().session);
  EXPECT_TRUE(session.observed);
  EXPECT_EQ(session.rule, "key and code");
  EXPECT_THAT(session.factors, ElementsAre("publickey"));
  EXPECT_THAT(proofs_of(session.id), IsEmpty());
}

TEST_F(SessionProofsTest, AnObservedSessionThatCannotBeEnteredGoesOnAndSaysSo) {
  Rule observing = ssh_rule();
  observing.observe = true;
  use_rules({observing});
  store.fail_commits(true);
  EXPECT_TRUE(hear(session_of("alice")).verdict.ignored);
  EXPECT_THAT(audit.last().reason, ::testing::HasSubstr("it is not in the register"));
  EXPECT_EQ(audit.last().session, "");
}

TEST_F(SessionProofsTest, NobodyIsLetIntoASessionThatIsNotInTheRegister) {
  Request child = request("alice");
  child.proven = {key()};
  ASSERT_TRUE(hear(child).verdict.accepted);
  store.fail_commits(true);
  EXPECT_FALSE(hear(session_of("alice")).verdict.accepted);
  EXPECT_EQ(audit.last().kind, EventKind::session_denied);
  EXPECT_THAT(open_sessions(), IsEmpty());
}

TEST_F(SessionProofsTest, NobodyIsLetIntoASessionThatTheLogDoesNotKnow) {
  Request child = request("alice");
  child.proven = {key()};
  ASSERT_TRUE(hear(child).verdict.accepted);
  audit.fail(true);
  EXPECT_FALSE(hear(session_of("alice")).verdict.accepted);
  EXPECT_THAT(open_sessions(), IsEmpty());
  const auto all = store.sessions({.count = 10});
  ASSERT_THAT(*all, SizeIs(1));
  EXPECT_TRUE(all->front().ending);
  EXPECT_THAT(*store.proofs(), IsEmpty());
}

TEST_F(SessionProofsTest, WhoIsRefusedIsInNoSession) {
  Request unproven = session_of("alice");
  unproven.proven.clear();
  EXPECT_FALSE(hear(unproven).verdict.accepted);
  EXPECT_THAT(*store.sessions({.count = 10}), IsEmpty());
}

TEST_F(SessionProofsTest, ClosingNamesTheSession) {
  const std::string id = log_in();
  EXPECT_TRUE(hear(in_phase(session_of("alice"), Phase::close_session)).verdict.accepted);
  EXPECT_EQ(audit.last().kind, EventKind::session_closed);
  EXPECT_EQ(audit.last().session, id);
  EXPECT_EQ(stored(id).ending->how, SessionEnd::closed);
  EXPECT_TRUE(hear(in_phase(session_of("alice"), Phase::close_session)).verdict.accepted);
  EXPECT_EQ(audit.last().session, "") << "there is none any more";
}

}  // namespace
}  // namespace usher::testing
