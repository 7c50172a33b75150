// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>

#include "tests/unit/ctl/fake_control.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kAsk = R"({
  "decision": "ask", "reason": "rule \"people over SSH\" wants otp",
  "rule": "people over SSH", "at": "/etc/usher/rules.d/50-ssh.toml:7",
  "proven": ["publickey"], "missing": [{"any_of": ["otp"]}], "lacks": [], "reused": [],
  "traces": [
    {"rule": "console", "at": "/etc/usher/rules.d/10-console.toml:1", "match": "no",
     "why": "service is \"sshd\", not one of login"},
    {"rule": "people over SSH", "at": "/etc/usher/rules.d/50-ssh.toml:7", "match": "yes",
     "why": "service is \"sshd\""}
  ]})";

TEST(Explain, ShowsTheDecisionWhatIsMissingAndEachRule) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(kAsk, &heard));
    outcome = usherctl({"explain", "ada", "--service", "sshd", "--from", "192.0.2.7", "--with",
                        "publickey", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out,
            R"(let in after proof: rule "people over SSH" wants otp
  request  ada through sshd, from 192.0.2.7, with publickey
  rule     people over SSH, /etc/usher/rules.d/50-ssh.toml:7
  proven   publickey
  missing  otp
Does it match? Rules in their order, up to the one that decides:
  no   console          /etc/usher/rules.d/10-console.toml:1  service is "sshd", not one of login
  yes  people over SSH  /etc/usher/rules.d/50-ssh.toml:7      service is "sshd"
)");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.Explain","parameters":{"user":"ada",)"
                   R"("service":"sshd","from":"192.0.2.7","with":["publickey"]}})");
}

TEST(Explain, WhatThePersonLacksIsNoWayInAndSaysHowToHelp) {
  const FakeControl usherd(returns(R"({
    "decision": "ask", "reason": "rule \"all\" wants password|publickey and otp", "rule": "all",
    "at": "/r.toml:1", "proven": [],
    "missing": [{"any_of": ["password", "publickey"]}, {"any_of": ["otp"]}],
    "lacks": ["password|publickey", "otp"], "reused": [], "traces": []})"));
  const Outcome outcome =
      usherctl({"explain", "ada", "--service", "sshd", "--control", usherd.path()});
  EXPECT_EQ(outcome.out,
            R"(no way in yet: rule "all" wants password|publickey and otp
  request  ada through sshd, local
  rule     all, /r.toml:1
  missing  password|publickey and otp
  lacks    password|publickey: `usherctl password set ada`
  lacks    otp: `usherctl otp add ada`
)");
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(Explain, ADenialExitsWithOne) {
  const FakeControl usherd(returns(R"({
    "decision": "denied", "reason": "there are no rules, so nothing is allowed", "rule": "",
    "at": "", "proven": [], "missing": [], "lacks": [], "reused": [], "traces": []})"));
  const Outcome outcome =
      usherctl({"explain", "ada", "--service", "sshd", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, StartsWith("denied: there are no rules, so nothing is allowed\n"));
  EXPECT_THAT(outcome.out, HasSubstr("rule     none\n"));
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(Explain, ADecisionItDoesNotKnowIsADenial) {
  const FakeControl usherd(returns(R"({
    "decision": "perhaps", "reason": "who knows", "rule": "", "at": "", "proven": [],
    "missing": [], "lacks": [], "reused": [], "traces": []})"));
  const Outcome outcome =
      usherctl({"explain", "ada", "--service", "sshd", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, StartsWith("denied: "));
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(Explain, SatisfiedLetsIn) {
  const FakeControl usherd(returns(R"({
    "decision": "satisfied", "reason": "rule \"backups\" is satisfied", "rule": "backups",
    "at": "/r.toml:1", "proven": ["publickey"], "missing": [], "lacks": [],
    "reused": [], "traces": []})"));
  const Outcome outcome = usherctl({"explain", "backup", "--service", "sshd", "--with", "publickey",
                                    "--control", usherd.path()});
  EXPECT_THAT(outcome.out, StartsWith("let in: rule \"backups\" is satisfied\n"));
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Explain, ColoursWhenTold) {
  const FakeControl usherd(returns(kAsk));
  const Outcome outcome = usherctl(
      {"--color", "always", "explain", "ada", "--service", "sshd", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, StartsWith("\x1b[32mlet in after proof\x1b[0m: "));
}

TEST(Explain, AsJsonIsTheReply) {
  const FakeControl usherd(returns(R"({
    "decision": "denied", "reason": "ü\u007f", "rule": "", "at": "", "proven": [], "missing": [],
    "lacks": [], "reused": [], "traces": []})"));
  const Outcome outcome =
      usherctl({"explain", "ada", "--service", "sshd", "--json", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, R"({
  "decision": "denied",
  "reason": "\u00fc\u007f",
  "rule": "",
  "at": "",
  "proven": [],
  "missing": [],
  "lacks": [],
  "reused": [],
  "traces": []
}
)");
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(Explain, WhatIsOnlyObservedKeepsNobodyOut) {
  const FakeControl usherd(returns(R"({
    "decision": "observed", "would": "ask", "reason": "rule \"all\" wants otp", "rule": "all",
    "at": "/r.toml:1", "proven": [], "missing": [{"any_of": ["otp"]}], "lacks": ["otp"],
    "reused": [], "traces": []})"));
  const Outcome outcome =
      usherctl({"explain", "ada", "--service", "sshd", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, StartsWith("only observed, would be no way in yet: rule"));
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Explain, TellsTerminalAndTime) {
  std::string heard;
  {
    const FakeControl usherd(returns(kAsk, &heard));
    EXPECT_EQ(usherctl({"explain", "ada", "--service", "login", "--tty", "tty1", "--at",
                        "2026-03-01 12:00", "--control", usherd.path()})
                  .exit_code,
              0);
  }
  EXPECT_THAT(heard, HasSubstr(R"("tty":"tty1","at":1772366400)"));
}

TEST(Explain, ATimeThatIsNoneIsAMistakeOfTheCommandLine) {
  for (const char* time : {"", "18:00", "tomorrow", "2026-02-30 12:00", "2026-03-01 12:00 UTC"})
    EXPECT_EQ(usherctl({"explain", "ada", "--service", "login", "--at", time}).exit_code,
              std::string_view(time).empty() ? 3 : 2)
        << time;
}

TEST(Explain, WantsALoginOrAnEvent) {
  EXPECT_EQ(usherctl({"explain"}).exit_code, 2);
  EXPECT_EQ(usherctl({"explain", "ada"}).exit_code, 2);
  EXPECT_EQ(usherctl({"explain", "ada", "--event", "00"}).exit_code, 2);
}

constexpr auto kEvent =
    R"({"event": "{\"time\":\"2026-03-01T12:00:00.000000Z\",\"kind\":\"login-denied\",\"id\":\"00112233445566778899aabbccddeeff\",\"service\":\"sshd\",\"user\":\"ada\\u001b[2J\",\"person\":\"ada\",\"rhost\":\"192.0.2.7\",\"phase\":\"authenticate\",\"rule\":\"ssh\",\"at\":\"/r.toml:7\",\"rules_version\":\"0123456789abcdef\",\"asked\":[\"otp\"],\"held\":[],\"decision\":\"ask\",\"missing\":[\"otp\"],\"facts\":{\"groups\":{\"staff\":50},\"given\":[{\"factor\":\"publickey\",\"by\":\"sshd\"}],\"tty_believed\":true},\"outcome\":\"denied\",\"reason\":\"otp: wrong code\"}", "current": )";

TEST(Explain, TellsTheStoryOfAnEvent) {
  std::string heard;
  Outcome outcome;
  {
    const FakeControl usherd(returns(
        std::string(kEvent) +
            R"(true, "traces": [{"rule":"ssh","at":"/r.toml:7","match":"yes","why":"it is for every request"}]})",
        &heard));
    outcome = usherctl(
        {"explain", "--event", "00112233445566778899aabbccddeeff", "--control", usherd.path()});
  }
  EXPECT_EQ(outcome.out, R"(denied: otp: wrong code
  time      2026-03-01T12:00:00.000000Z
  event     login-denied
  phase     authenticate
  service   sshd
  user      ada?[2J
  account   ada
  from      192.0.2.7
  rule      ssh, /r.toml:7
  decision  ask
  missing   otp
  asked     otp
  given     publickey (by sshd)
  groups    staff
Did it match? Rules in their order, up to the one that decided:
  yes  ssh  /r.toml:7  it is for every request
)");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(heard, HasSubstr(R"("method":"org.usher.control.ExplainEvent")"));
}

TEST(Explain, SaysThatTheRulesHaveChangedSinceAnEvent) {
  const FakeControl usherd(returns(std::string(kEvent) + R"(false, "traces": []})"));
  const Outcome outcome = usherctl(
      {"explain", "--event", "00112233445566778899aabbccddeeff", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, HasSubstr("The rules have changed since (it was version "
                                     "0123456789abcdef)"));
}

TEST(Explain, ShowsWhatASessionBrings) {
  std::string heard;
  Outcome outcome;
  {
    const std::int64_t proven = std::time(nullptr) - 12 * 60 - 5;
    const FakeControl usherd(returns(R"({
      "decision": "satisfied", "reason": "rule \"sudo\" is satisfied", "rule": "sudo",
      "at": "/r.toml:1", "proven": ["otp", "publickey"], "missing": [], "lacks": [], "reused": [
        {"factor": "otp", "by": "usher", "user": "ada", "uid": 1000, "proven": )" +
                                         std::to_string(proven) + R"(, "until": 1772386205},
        {"factor": "publickey", "by": "sshd", "user": "ada", "uid": 1000, "proven": )" +
                                         std::to_string(proven) + R"(, "until": 0}],
      "traces": []})",
                                     &heard));
    outcome = usherctl({"explain", "ada", "--service", "sudo", "--session", "00112233", "--control",
                        usherd.path()});
  }
  EXPECT_EQ(outcome.out, R"(let in: rule "sudo" is satisfied
  request  ada through sudo, local, in session 00112233
  rule     sudo, /r.toml:1
  proven   otp and publickey
  reused   otp, proven 12 minutes ago to usherd; until 2026-03-01 17:30:05
  reused   publickey, proven 12 minutes ago to sshd
)");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(heard, R"({"method":"org.usher.control.Explain","parameters":{"user":"ada",)"
                   R"("service":"sudo","from":"","with":[],"session":"00112233"}})");
}

TEST(Explain, ASessionIsNamedByItsIdAndHasNoPlaceBesideAnEvent) {
  for (const std::string& id : {std::string("001"), std::string("last"), std::string(33, 'a')})
    EXPECT_EQ(usherctl({"explain", "ada", "--service", "sudo", "--session", id}).exit_code, 2)
        << id;
  EXPECT_EQ(usherctl({"explain", "--event", "00112233", "--session", "00112233"}).exit_code, 2);
}

TEST(Explain, NamesTheSessionOfAnEventAndWhatWasReused) {
  const FakeControl usherd(returns(
      R"({"event": "{\"kind\":\"login-accepted\",\"service\":\"sudo\",\"session\":\"00112233445566778899aabbccddeeff\",\"before\":[{\"factor\":\"otp\",\"by\":\"session\",\"detail\":\"00112233445566778899aabbccddeeff\"},{\"factor\":\"password\",\"by\":\"stack\",\"detail\":\"\"},{\"factor\":\"recovery\",\"by\":\"session\",\"detail\":\"\"},7],\"decision\":\"satisfied\",\"facts\":{\"given\":[{\"factor\":\"otp\",\"by\":\"usher\"},{\"factor\":\"otp\",\"by\":\"session\",\"age\":725}]},\"outcome\":\"accepted\",\"reason\":\"\"}", "current": true, "traces": []})"));
  const Outcome outcome = usherctl({"explain", "--event", "00112233", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, HasSubstr("  session   00112233445566778899aabbccddeeff\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  reused    otp, proven 12 minutes before\n"
                                     "  reused    recovery\n"
                                     "  given "));
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Explain, WithTakesNoMoreThanItsValue) {
  std::string heard;
  {
    const FakeControl usherd(returns(kAsk, &heard));
    EXPECT_EQ(usherctl({"explain", "--service", "sshd", "--with", "publickey", "ada", "--control",
                        usherd.path()})
                  .exit_code,
              0);
  }
  EXPECT_THAT(heard, HasSubstr(R"("user":"ada")"));
}

}  // namespace
}  // namespace usher::testing
