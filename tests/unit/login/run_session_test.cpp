// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class SessionTest : public LoginTest {
 protected:
  static constexpr ProcessId kMonitor{.pid = 4000, .start_time = 88};

  SessionTest() { host.set_start_time(kMonitor.pid, kMonitor.start_time); }
  VerdictResult phase_of(const Request& wanted) {
    ScriptedDialogue dialogue;
    return serve(wanted, dialogue, ports).value_or(VerdictResult{});
  }
  /// What sshd's monitor asks once its child authenticated, or a key did.
  Request session_of(std::string user) const {
    Request wanted = request(std::move(user), Phase::open_session);
    wanted.caller.pid = kMonitor.pid;
    wanted.caller.start_time = kMonitor.start_time;
    return wanted;
  }
  static Proof key() {
    return {.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = "ssh-ed25519"};
  }
  void use_key_rule() { use_rules({rule("a key", {{{Factor::publickey}}})}); }
};

TEST_F(SessionTest, TheParentOpensWhatItsChildAuthenticated) {
  host.set_parent(caller.pid, kMonitor);
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  EXPECT_TRUE(phase_of(session_of("alice")).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::session_opened);
  EXPECT_EQ(audit.last().rule, "password and code");
}

TEST_F(SessionTest, ASuccessServesOneSession) {
  host.set_parent(caller.pid, kMonitor);
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  ASSERT_TRUE(phase_of(session_of("alice")).accepted);
  EXPECT_FALSE(phase_of(session_of("alice")).accepted);
}

TEST_F(SessionTest, ASuccessIsNobodyElses) {
  host.add_user("bob", 1001);
  host.set_parent(caller.pid, kMonitor);
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);

  EXPECT_FALSE(phase_of(session_of("bob")).accepted);
  Request stranger = session_of("alice");
  stranger.caller.pid = 4001;
  EXPECT_FALSE(phase_of(stranger).accepted);
  Request recycled = session_of("alice");
  recycled.caller.start_time = 89;
  EXPECT_FALSE(phase_of(recycled).accepted);
  Request from_elsewhere = session_of("alice");
  from_elsewhere.rhost = "192.0.2.8";
  EXPECT_FALSE(phase_of(from_elsewhere).accepted);
  EXPECT_TRUE(phase_of(session_of("alice")).accepted);
}

TEST_F(SessionTest, AParentThatIsNotKnownOpensNothing) {
  ASSERT_TRUE(login("alice", kPassword, code()).accepted);
  Request unknown = session_of("alice");
  unknown.caller.pid = -1;
  unknown.caller.start_time = 0;
  EXPECT_FALSE(phase_of(unknown).accepted);
}

TEST_F(SessionTest, OfOtherProgramsTheProcessItselfOpensIt) {
  Rule everywhere = password_and_code();
  everywhere.services.clear();
  use_rules({everywhere});
  Request sudo = request("alice", Phase::open_session);
  sudo.service = "sudo";
  EXPECT_TRUE(phase_of(sudo).accepted);
}

TEST_F(SessionTest, AKeyAloneOpensWhereTheRuleWantsNoMore) {
  use_key_rule();
  Request wanted = session_of("alice");
  wanted.proven = {key()};
  EXPECT_TRUE(phase_of(wanted).accepted);
  ASSERT_EQ(audit.last().before.size(), 1U);
  EXPECT_EQ(audit.last().before[0].detail, "ssh-ed25519");
}

TEST_F(SessionTest, WithoutAKeyTheSameRuleDenies) {
  use_key_rule();
  const VerdictResult verdict = phase_of(session_of("alice"));
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(verdict.pam_code, PAM_SESSION_ERR);
  EXPECT_EQ(audit.last().kind, EventKind::session_denied);
}

TEST_F(SessionTest, AKeyAloneNeverOpensWhereACodeIsWanted) {
  use_rules({rule("key and code", {{{Factor::publickey}}, {{Factor::otp}}})});
  Request wanted = session_of("alice");
  wanted.proven = {key()};
  EXPECT_FALSE(phase_of(wanted).accepted);
}

TEST_F(SessionTest, UnknownPeopleAndFailedLookUpsAreDenied) {
  use_key_rule();
  Request nobody = session_of("nobody-of-that-name");
  nobody.proven = {key()};
  EXPECT_FALSE(phase_of(nobody).accepted);
  host.fail_lookups(true);
  Request wanted = session_of("alice");
  wanted.proven = {key()};
  EXPECT_FALSE(phase_of(wanted).accepted);
}

TEST_F(SessionTest, ClosingIsAlwaysAllowedAndWrittenDown) {
  EXPECT_TRUE(phase_of(request("alice", Phase::close_session)).accepted);
  EXPECT_EQ(audit.last().kind, EventKind::session_closed);
  host.fail_lookups(true);
  EXPECT_TRUE(phase_of(request("alice", Phase::close_session)).accepted);
}

TEST_F(SessionTest, NobodyButRootOpensOrClosesOne) {
  for (const Phase phase : {Phase::open_session, Phase::close_session}) {
    Request wanted = request("alice", phase);
    wanted.service = "i3lock";
    wanted.caller.uid = 1000;
    wanted.caller.trusted = false;
    EXPECT_FALSE(phase_of(wanted).accepted);
    EXPECT_EQ(audit.last().kind, EventKind::request_refused);
  }
}

}  // namespace
}  // namespace usher::testing
