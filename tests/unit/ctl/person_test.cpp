// SPDX-License-Identifier: Apache-2.0
// Changes of credentials, by a person at a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <security/_pam_types.h>

#include <csignal>

#include "tests/fakes/fake_daemon.h"
#include "tests/unit/ctl/person.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Prompt kPassword{.style = PromptStyle::hidden, .text = "Password: "};
constexpr Prompt kCode{.style = PromptStyle::visible, .text = "Code: "};

std::vector<std::string> setting_at(const FakeDaemon& usherd) {
  return {USHERCTL, "password", "set", "ada", "--socket", usherd.path()};
}

/// The command run by bash, as `script` says; "$@" is the command.
std::vector<std::string> by_bash(const std::string& script, std::vector<std::string> command) {
  command.insert(command.begin(), {"/bin/bash", "-c", script, "bash"});
  return command;
}

TEST(AtATerminal, AHiddenAnswerIsNotEchoedAndAVisibleOneIs) {
  const FakeDaemon usherd({begins(), says(kPassword), hears_answer("hunter2"), says(kCode),
                           hears_answer("123456"), says(kSuccess)});
  Person person;
  person.run(setting_at(usherd));
  ASSERT_TRUE(person.sees("Password: "));
  EXPECT_FALSE(person.echo());
  person.type("hunter2\n");
  ASSERT_TRUE(person.sees("Code: "));
  EXPECT_TRUE(person.echo());
  person.type("123456\n");
  ASSERT_TRUE(person.sees("password set for ada"));
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(person.screen(), HasSubstr("123456"));
  EXPECT_TRUE(person.echo());
}

TEST(AtATerminal, EchoIsBackAfterControlC) {
  const FakeDaemon usherd({begins(), says(kPassword), waits_for_hang_up()});
  Person person;
  person.run(setting_at(usherd));
  ASSERT_TRUE(person.sees("Password: "));
  person.type("half a sec\x03");
  EXPECT_EQ(person.ended(), 128 + SIGINT);
  EXPECT_TRUE(person.echo());
  EXPECT_THAT(person.screen(), Not(HasSubstr("half")));
}

TEST(AtATerminal, EchoIsBackAfterEachSignalThatEndsIt) {
  for (const int number : {SIGTERM, SIGHUP, SIGQUIT, SIGALRM}) {
    const FakeDaemon usherd({begins(), says(kPassword), waits_for_hang_up()});
    Person person;
    person.run(setting_at(usherd));
    ASSERT_TRUE(person.sees("Password: "));
    person.signal(number);
    EXPECT_EQ(person.ended(), 128 + number);
    EXPECT_TRUE(person.echo()) << "after signal " << number;
  }
}

TEST(AtATerminal, EchoIsOnWhileItIsStoppedAndTheQuestionComesAgain) {
  const FakeDaemon usherd({begins(), says(kPassword), hears_answer("hunter2"), says(kSuccess)});
  Person person;
  person.run(
      by_bash("set -m; \"$@\"; echo stopped $?; stty -a | tr ' ' '\\n' | grep -x -e -echo "
              "-e echo; fg >/dev/null; echo ended $?",
              setting_at(usherd)));
  ASSERT_TRUE(person.sees("Password: "));
  person.type("half\x1a");
  ASSERT_TRUE(person.sees("stopped 148"));
  ASSERT_TRUE(person.sees("\necho"));
  ASSERT_TRUE(person.sees("Password: "));
  EXPECT_FALSE(person.echo());
  person.type("hunter2\n");
  ASSERT_TRUE(person.sees("ended 0"));
  EXPECT_EQ(person.ended(), 0);
  EXPECT_TRUE(person.echo());
  EXPECT_THAT(person.screen(), Not(HasSubstr("hunter2")));
}

TEST(AtATerminal, WhatWasTypedAheadAndSeenIsNotTheAnswer) {
  const FakeDaemon usherd({begins(), says(kPassword), hears_answer("hunter2"), says(kSuccess)});
  Person person;
  person.type("typed ahead\n");
  ASSERT_TRUE(person.sees("typed ahead\r\n"));  // only then has the terminal taken it
  person.run(setting_at(usherd));
  ASSERT_TRUE(person.sees("Password: "));
  person.type("hunter2\n");
  EXPECT_EQ(person.ended(), 0);
}

TEST(AtATerminal, ControlDBreaksOff) {
  const FakeDaemon usherd({begins(), says(kPassword), hears<Cancel>()});
  Person person;
  person.run(setting_at(usherd));
  ASSERT_TRUE(person.sees("Password: "));
  person.type("\x04");
  ASSERT_TRUE(person.sees("broken off: nothing was changed"));
  EXPECT_EQ(person.ended(), 1);
  EXPECT_TRUE(person.echo());
}

TEST(AtATerminal, IsAskedThereWhereverTheStandardStreamsLead) {
  const FakeDaemon usherd({begins(), says(kPassword), hears_answer("hunter2"), says(kSuccess)});
  Person person;
  person.run(by_bash("exec \"$@\" </dev/null >/dev/null 2>&1", setting_at(usherd)));
  ASSERT_TRUE(person.sees("Password: "));
  person.type("hunter2\n");
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), Not(HasSubstr("hunter2")));
}

TEST(AtATerminal, StdinMeansStandardInputAllTheSame) {
  const FakeDaemon usherd({begins(), says(kPassword), hears_answer("from a file"), says(kSuccess)});
  Person person;
  person.run(by_bash("exec \"$@\" --stdin <<<'from a file'", setting_at(usherd)));
  ASSERT_TRUE(person.sees("password set for ada"));
  EXPECT_EQ(person.ended(), 0);
}

}  // namespace
}  // namespace usher::testing
