// SPDX-License-Identifier: Apache-2.0
// Whose word on the terminal a rule may go by.
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class TerminalTest : public LoginTest {
 protected:
  TerminalTest() {
    caller.person = 0;
    Rule console = rule("console", {{{Factor::password}}});
    console.services = {"login", "sudo", "xsecurelock"};
    console.ttys = {"tty1"};
    Rule elsewhere = password_and_code();
    elsewhere.services = console.services;
    use_rules({console, elsewhere});
  }
  Request at(std::string tty, std::string service = "login") const {
    Request wanted = request("alice");
    wanted.service = std::move(service);
    wanted.rhost.clear();
    wanted.tty = std::move(tty);
    return wanted;
  }
  /// The rule that decided, and whether it denied at once. Whoever is asked, hangs up.
  std::string decided(const Request& wanted, bool asked = false) {
    ScriptedDialogue person;
    if (asked) person.end(DialogueEnd::hung_up);
    static_cast<void>(run(wanted, person));
    return audit.last().rule +
           (audit.last().judged->kind == Decision::Kind::denied ? ", denied" : "");
  }
};

TEST_F(TerminalTest, AProgramOfRootsIsBelieved) {
  EXPECT_EQ(decided(at("tty1"), /*asked=*/true), "console");
  EXPECT_EQ(decided(at("/dev/tty1"), /*asked=*/true), "console");
  EXPECT_EQ(decided(at("tty2"), /*asked=*/true), "password and code");
  EXPECT_EQ(decided(at(""), /*asked=*/true), "password and code");
}

TEST_F(TerminalTest, WhatSomebodyElseStartedIsNot) {
  for (const char* tty : {"tty1", "tty2", ""}) {
    Request wanted = at(tty);
    wanted.caller.person = 1000;
    EXPECT_EQ(decided(wanted), "console, denied") << tty;
    wanted.caller.person = static_cast<uid_t>(-1);
    EXPECT_EQ(decided(wanted), "console, denied") << tty;
  }
}

TEST_F(TerminalTest, SudoIsNotWhoeverStartedIt) {
  EXPECT_EQ(decided(at("tty1", "sudo")), "console, denied");
}

TEST_F(TerminalTest, AScreenLockerIsNot) {
  Request locker = at("tty1", "xsecurelock");
  locker.caller.uid = 1000;
  locker.caller.person = 1000;
  locker.caller.trusted = false;
  EXPECT_EQ(decided(locker), "console, denied");
}

}  // namespace
}  // namespace usher::testing
