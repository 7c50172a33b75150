// SPDX-License-Identifier: Apache-2.0
// Programs that run as the person they ask about.
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class ScreenLockerTest : public LoginTest {
 protected:
  ScreenLockerTest() {
    Rule locker = password_and_code();
    locker.services = {"xsecurelock"};
    use_rules({locker, password_and_code()});
  }
  Request locker_of(std::string user, uid_t uid = 1000) const {
    Request wanted = request(std::move(user));
    wanted.service = "xsecurelock";
    wanted.rhost.clear();
    wanted.caller.uid = uid;
    wanted.caller.trusted = false;
    return wanted;
  }
  void expect_refused(const Request& wanted) {
    ScriptedDialogue nothing;
    EXPECT_FALSE(run(wanted, nothing)->accepted);
    EXPECT_EQ(audit.last().kind, EventKind::request_refused);
  }
};

TEST_F(ScreenLockerTest, OpensForItsOwnPerson) {
  ScriptedDialogue dialogue;
  dialogue.answer(std::string(kPassword)).answer(code());
  EXPECT_TRUE(run(locker_of("alice"), dialogue)->accepted);
  Request account = locker_of("alice");
  account.phase = Phase::account;
  ScriptedDialogue nothing;
  EXPECT_TRUE(run(account, nothing)->accepted);
}

TEST_F(ScreenLockerTest, AsksForNobodyElse) {
  host.add_user("bob", 1001);
  expect_refused(locker_of("bob"));
  expect_refused(locker_of("alice", 1001));
  expect_refused(locker_of("nobody-of-that-name"));
}

TEST_F(ScreenLockerTest, IsNoLoginProgramByCallingItselfOne) {
  Request sshd = locker_of("alice");
  sshd.service = "sshd";
  expect_refused(sshd);
  sshd.phase = Phase::account;
  expect_refused(sshd);
}

TEST_F(ScreenLockerTest, APersonWithoutAnAccountOrWithAFailedLookUpIsRefused) {
  host.remove_user("alice");
  expect_refused(locker_of("alice"));
  host.fail_lookups(true);
  expect_refused(locker_of("alice"));
}

}  // namespace
}  // namespace usher::testing
