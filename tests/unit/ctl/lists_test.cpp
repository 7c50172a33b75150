// SPDX-License-Identifier: Apache-2.0
// What log, otp list, status and reload print.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ctl/fake_control.h"
#include "tests/unit/ctl/person.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kEvents = R"({"events":[
  "{\"time\":\"2026-03-01T12:00:00.000000Z\",\"kind\":\"service-started\",\"id\":\"a\",\"rule\":\"\",\"at\":\"\",\"outcome\":\"started\",\"reason\":\"usherd 0.1.0\"}",
  "{\"time\":\"2026-03-01T12:00:05.250000Z\",\"kind\":\"login-denied\",\"id\":\"b\",\"service\":\"sshd\",\"user\":\"ada\\u001b[2J\\n\",\"rhost\":\"192.0.2.7\",\"rule\":\"people over SSH\",\"at\":\"/etc/usher/rules.d/50-ssh.toml:7\",\"outcome\":\"denied\",\"reason\":\"otp: wrong code\"}"
]})";

TEST(Log, IsAlignedAndKeepsEachEventOneHarmlessLine) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(kEvents, &heard));
    outcome = usherctl({"log", "-n", "2", "--user", "ada", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out,
            "2026-03-01 12:00:00  started  -     -         -          -"
            "                                a  usherd 0.1.0\n"
            "2026-03-01 12:00:05  denied   sshd  ada?[2J?  192.0.2.7  "
            "people over SSH @ 50-ssh.toml:7  b  otp: wrong code\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.Log","parameters":{"count":2,"user":"ada"}})");
}

TEST(Log, HasHeadingsAndColoursOnATerminal) {
  const FakeControl usherd(returns(kEvents));
  Person person;
  person.run({"/usr/bin/env", "-u", "NO_COLOR", "TERM=xterm", "TZ=UTC", USHERCTL, "log",
              "--control", usherd.path()});
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), HasSubstr("\x1b[1mTIME\x1b[0m"));
  EXPECT_THAT(person.screen(), HasSubstr("\x1b[31mdenied\x1b[0m"));
}

TEST(Log, WhatWasEndedByHandIsAWarning) {
  const FakeControl usherd(returns(R"({"events":["{\"outcome\":\"revoked\"}"]})"));
  EXPECT_THAT(usherctl({"--color", "always", "log", "--control", usherd.path()}).out,
              HasSubstr("\x1b[33mrevoked\x1b[0m"));
}

TEST(Log, NoColorIsHonouredOnATerminal) {
  const FakeControl usherd(returns(kEvents));
  Person person;
  person.run(
      {"/usr/bin/env", "NO_COLOR=1", "TERM=xterm", USHERCTL, "log", "--control", usherd.path()});
  EXPECT_EQ(person.ended(), 0);
  EXPECT_THAT(person.screen(), HasSubstr("TIME"));
  EXPECT_THAT(person.screen(), Not(HasSubstr("\x1b")));
}

TEST(Log, AsJsonIsALineForEachEvent) {
  const FakeControl usherd(returns(R"({"events":["{\"b\":1,\"a\":\"ü\"}","{\"c\":[]}"]})"));
  const Outcome outcome = usherctl({"log", "--json", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, "{\"b\":1,\"a\":\"\\u00fc\"}\n{\"c\":[]}\n");
}

TEST(Log, ADamagedLineIsLeftOutAndSaid) {
  const FakeControl usherd(returns(R"({"events":["{\"cut sho","{\"outcome\":\"denied\"}"]})"));
  const Outcome outcome = usherctl({"log", "--json", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, "{\"outcome\":\"denied\"}\n");
  EXPECT_THAT(outcome.err, HasSubstr("1 damaged line(s)"));
}

TEST(OtpList, IsAlignedAndShowsWhenEachWasUsed) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(R"({"codes":[
      {"label":"phone","kind":"TOTP","algorithm":"SHA1","digits":6,"period":30,"created":1772366400,
       "last_used":1772370000},
      {"label":"spare token","kind":"HOTP","algorithm":"SHA256","digits":8,"period":30,"created":1772366400,
       "last_used":0}]})",
                                     &heard));
    outcome = usherctl({"otp", "list", "ada", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out,
            "phone        TOTP  SHA1    6  30 s  2026-03-01 12:00:00  2026-03-01 13:00:00\n"
            "spare token  HOTP  SHA256  8  -     2026-03-01 12:00:00  never\n");
  EXPECT_EQ(heard, R"({"method":"org.usher.control.ListOtp","parameters":{"user":"ada"}})");
}

TEST(OtpList, NoneIsNoErrorAndNoOutput) {
  const FakeControl usherd(returns(R"({"codes":[]})"));
  const Outcome outcome = usherctl({"otp", "list", "ada", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("ada has no one-time codes"));
}

TEST(OtpList, AUserMayBeCalledLikeACommand) {
  std::string heard;
  {
    const FakeControl usherd(returns(R"({"codes":[]})", &heard));
    EXPECT_EQ(usherctl({"otp", "list", "status", "--control", usherd.path()}).exit_code, 0);
  }
  EXPECT_THAT(heard, HasSubstr(R"("user":"status")"));
}

TEST(Status, IsAlignedAndLocal) {
  const FakeControl usherd(returns(R"({"version":"0.1.0","pid":42,"started":1772366400,
    "configuration":"/etc/usher/usher.toml","rules":3,"rules_version":"0123456789abcdef",
    "dialogues":1,"accepted":20,"denied":4,"observed":2,"refused":7})"));
  EXPECT_EQ(usherctl({"status", "--control", usherd.path()}).out,
            R"(usherd         0.1.0, pid 42
running since  2026-03-01 12:00:00
configuration  /etc/usher/usher.toml
rules          3, version 0123456789abcdef
dialogues now  1
accepted       20
denied         4
observed       2
turned away    7
)");
}

TEST(Reload, SaysWhatIsInForce) {
  const FakeControl usherd(returns(R"({"rules":1,"rules_version":"0123456789abcdef"})"));
  const Outcome outcome = usherctl({"reload", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, "1 rule is in force, version 0123456789abcdef\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Reload, ShowsTheMistakesOfARejectedConfiguration) {
  const FakeControl usherd(
      refuses("ConfigurationRejected", R"({"findings":"r.toml:1:2: no\n    hint: \u001b[2J\n"})"));
  const Outcome outcome = usherctl({"reload", "--control", usherd.path()});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "usherctl: usherd keeps its old rules:\nr.toml:1:2: no\n    hint: ?[2J\n"
            "  Mend that and reload again.\n");
}

}  // namespace
}  // namespace usher::testing
