// SPDX-License-Identifier: Apache-2.0
// `usherctl policy replay`: the requests of a log, judged by other rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "ctl/replay.h"
#include "daemon/audit/event_json.h"
#include "tests/unit/ctl/policy_files.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kNoon = 1'764'158'400;  // 2025-11-26 12:00 UTC, a Wednesday

/// A request of alice's, asked for a password.
AuditEvent password_login() {
  AuditEvent event;
  event.kind = EventKind::login_accepted;
  event.id = "0123456789abcdef0123456789abcdef";
  event.time_microseconds = kNoon * 1'000'000;
  event.request.phase = Phase::authenticate;
  event.request.service = "sshd";
  event.request.user = "Alice";
  event.request.rhost = "203.0.113.7";
  event.request.tty = "ssh";
  event.person = "alice";
  event.rule = "everybody";
  event.rule_at = {.file = "/etc/usher/rules.d/50-ssh.toml", .line = 1, .column = 1};
  event.judged = Judged{.groups = {{.name = "alice", .gid = 1000}, {.name = "sudo", .gid = 27}},
                        .unresolved = {},
                        .given = {},
                        .kind = Decision::Kind::ask,
                        .missing = {{.any_of = {Factor::password}}},
                        .lacks = {}};
  return event;
}

std::string line_of(const AuditEvent& event) { return to_json_line(event) + "\n"; }

std::string rule(const std::string& name, const std::string& lines) {
  return "[[rule]]\nname = \"" + name + "\"\n" + lines + "\n";
}

const std::string kEverybody = rule("everybody", "require = [\"password\"]");

class PolicyReplay : public ::testing::Test {
 protected:
  PolicyReplay() { static_cast<void>(files.rules(kEverybody)); }
  void log(const std::string& lines) const { static_cast<void>(files.write("audit.jsonl", lines)); }
  [[nodiscard]] Outcome replay(const std::string& content,
                               const std::vector<std::string>& options = {}) const {
    static_cast<void>(files.draft(content));
    std::vector<std::string> arguments{"policy",       "replay", "--config",
                                       files.config(), "--with", files.path("draft.d")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return usherctl(arguments);
  }
  /// What becomes of one event under one rule that denies and the rule for everybody below it.
  [[nodiscard]] std::string under(const std::string& lines, const AuditEvent& event) const {
    log(line_of(event));
    return replay(rule("first", lines + "\ndeny = true") + kEverybody).out;
  }
  PolicyFiles files;
};

TEST_F(PolicyReplay, TheSameRulesChangeNothing) {
  log(line_of(password_login()));
  const Outcome outcome = replay(kEverybody);
  EXPECT_EQ(outcome.out, "0 of 1 request would end differently.\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyReplay, TellsWhoseOutcomeWouldChangeAndHow) {
  log(line_of(password_login()) + line_of(password_login()));
  const Outcome outcome = replay(rule("codes", "require = [\"otp\", \"password\"]"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out,
            "alice  sshd  203.0.113.7  2  2025-11-26 12:00:00  "
            "ask password → ask password and otp  codes, " +
                files.path("draft.d/50-ssh.toml") +
                ":1\n"
                "2 of 2 requests would end differently.\n");
}

TEST_F(PolicyReplay, ADenialSaysWhy) {
  log(line_of(password_login()));
  const Outcome outcome = replay(rule("jobs", "service = \"cron\"\nrequire = [\"password\"]"));
  EXPECT_THAT(outcome.out,
              HasSubstr("ask password → denied: no rule matches, so nothing is allowed  none\n"));
}

TEST_F(PolicyReplay, TheSameByAnotherRuleIsCountedApart) {
  log(line_of(password_login()));
  const Outcome outcome = replay(rule("all", "require = [\"password\"]"));
  EXPECT_EQ(outcome.out, "0 of 1 request would end differently, 1 the same by another rule.\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(PolicyReplay, JudgesByWhatWasKnownThen) {
  AuditEvent event = password_login();
  const auto denied = HasSubstr("denied");
  EXPECT_THAT(under("user = \"alice\"", event), denied);
  EXPECT_THAT(under("user = \"Alice\"", event), Not(denied));
  EXPECT_THAT(under("from = \"203.0.113.0/24\"", event), denied);
  EXPECT_THAT(under("hours = \"Wed 12:00-12:01 UTC\"", event), denied);
  EXPECT_THAT(under("hours = \"Wed 12:01-12:02 UTC\"", event), Not(denied));
  event.judged->tty_believed = true;
  EXPECT_THAT(under("tty = \"ssh\"", event), HasSubstr("rule \"first\" denies"));
  event.judged->tty_believed = false;
  EXPECT_THAT(under("tty = \"tty1\"", event), HasSubstr("can't be known"));
}

TEST_F(PolicyReplay, GroupsAreTheAccountsOfThen) {
  AuditEvent event = password_login();
  const auto denied = HasSubstr("rule \"first\" denies");
  const auto unknown = HasSubstr("can't be known");
  EXPECT_THAT(under("group = \"sudo\"", event), denied);
  EXPECT_THAT(under("group = \"27\"", event), denied);
  EXPECT_THAT(under("group = \"28\"", event), HasSubstr("0 of 1"));
  EXPECT_THAT(under("group = \"wheel\"", event), HasSubstr("0 of 1"));
  event.judged->unresolved = {"wheel"};
  EXPECT_THAT(under("group = \"wheel\"", event), unknown);
  event.judged->unresolved = {};
  for (int i = 0; i < 100; ++i)
    event.judged->groups.push_back({.name = "a-long-name-of-a-group-" + std::to_string(i),
                                    .gid = static_cast<gid_t>(5000 + i)});
  EXPECT_THAT(under("group = \"wheel\"", event), unknown);
  EXPECT_THAT(under("group = \"sudo\"", event), denied);
}

TEST_F(PolicyReplay, ProofsOfThenCount) {
  AuditEvent event = password_login();
  event.judged->given = {{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = {}}};
  log(line_of(event));
  EXPECT_THAT(replay(rule("keys", "require = [\"publickey\"]")).out,
              HasSubstr("ask password → satisfied  keys, "));
}

TEST_F(PolicyReplay, WhoHasNoAccountIsOneKind) {
  AuditEvent event = password_login();
  event.person.clear();
  event.judged->groups.clear();
  event.request.user = "mallory";
  std::string lines = line_of(event);
  event.request.user = "oscar";
  log(lines + line_of(event));
  EXPECT_THAT(replay(rule("nobody", "deny = true")).out,
              HasSubstr("(no account)  sshd  203.0.113.7  2  "));
}

TEST_F(PolicyReplay, ReadsSinceATimeAndFromFilesThatAreNamed) {
  log("");
  AuditEvent event = password_login();
  std::string lines = line_of(event);
  event.time_microseconds = (std::time(nullptr) - 60) * std::int64_t{1'000'000};
  lines += line_of(event);
  const std::string old = files.write("audit.jsonl.1", lines);
  const std::string deny = rule("nobody", "deny = true");
  EXPECT_EQ(replay(deny).out, "0 of 0 requests would end differently.\n");
  EXPECT_THAT(replay(deny, {"--log", old}).out, HasSubstr("2 of 2 requests"));
  EXPECT_THAT(replay(deny, {"--log", old, "--log", old}).out, HasSubstr("4 of 4 requests"));
  EXPECT_THAT(replay(deny, {"--log", old, "--since", "90m"}).out, HasSubstr("1 of 1 request "));
}

TEST_F(PolicyReplay, DamagedLinesAreLeftOutAndCounted) {
  AuditEvent start;
  start.kind = EventKind::service_started;
  const std::string good = line_of(password_login());
  log(line_of(start) + good + good.substr(0, good.size() / 2) + "\n" +
      std::string(kMaxEventLine + 1, 'x') + "\n" + good + good.substr(0, 20));
  const Outcome outcome = replay(rule("nobody", "deny = true"));
  EXPECT_THAT(outcome.out, HasSubstr("2 of 2 requests would end differently.\n"));
  EXPECT_EQ(outcome.err, "usherctl: 2 damaged lines of the log left out\n");
}

TEST_F(PolicyReplay, ALogOfManyBlocksIsReadWhole) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += line_of(password_login());
  log(lines);
  EXPECT_THAT(replay(rule("nobody", "deny = true")).out, HasSubstr("2000 of 2000 requests"));
}

TEST_F(PolicyReplay, AsJsonHasTheSame) {
  log(line_of(password_login()));
  const Outcome outcome = replay(rule("nobody", "deny = true"), {"--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("\"requests\": 1,\n  \"changed\": 1,"));
  EXPECT_THAT(outcome.out, HasSubstr("\"last\": \"2025-11-26T12:00:00.000000Z\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"rule\": \"everybody\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"reason\": \"rule \\\"nobody\\\" denies\""));
}

TEST_F(PolicyReplay, FailuresHaveTheirExitCodes) {
  const std::string deny = rule("nobody", "deny = true");
  const Outcome no_log = replay(deny);
  EXPECT_EQ(no_log.exit_code, 5);
  EXPECT_THAT(no_log.err, HasSubstr("audit.jsonl: No such file"));
  EXPECT_EQ(replay(deny, {"--log", files.path("draft.d")}).exit_code, 5);
  EXPECT_EQ(replay(deny, {"--since", "yesterday"}).exit_code, 2);
  EXPECT_EQ(replay("[[rule]]\n").exit_code, 4);
  static_cast<void>(
      files.write("usher.toml",
                  "[rules]\ndirectories = [\"rules.d\"]\n[audit]\nfile = \"\"\njournal = true\n"));
  const Outcome journal = replay(deny);
  EXPECT_EQ(journal.exit_code, 4);
  EXPECT_THAT(journal.err, HasSubstr("--log"));
}

TEST(Replay, KeepsABoundedNumberOfKinds) {
  const RuleSet nothing_allowed;
  ctl::Replay replay(nothing_allowed, 0);
  RecordedRequest recorded;
  recorded.time_microseconds = 1;
  recorded.service = "sshd";
  recorded.judged.kind = Decision::Kind::satisfied;
  for (std::size_t i = 0; i < ctl::Replay::kMostKinds + 5; ++i) {
    recorded.rhost = std::to_string(i);
    replay.judge_again(recorded);
  }
  EXPECT_EQ(replay.changed(), ctl::Replay::kMostKinds + 5);
  EXPECT_THAT(replay.changes(), SizeIs(ctl::Replay::kMostKinds));
  EXPECT_EQ(replay.untold(), 5U);
}

TEST(Replay, WhatWasOnlyObservedIsComparedByWhatItWouldHaveBeen) {
  RuleSet rules;
  rules.rules.push_back(
      {.name = "observed", .require = {{.any_of = {Factor::password}}}, .observe = true});
  ctl::Replay replay(rules, 0);
  RecordedRequest recorded;
  recorded.rule = "observed";
  recorded.judged.kind = Decision::Kind::observed;
  recorded.judged.would = Decision::Kind::ask;
  recorded.judged.missing = {{.any_of = {Factor::password}}};
  replay.judge_again(recorded);
  EXPECT_EQ(replay.changed(), 0U);
  recorded.judged.would = Decision::Kind::denied;
  replay.judge_again(recorded);
  EXPECT_EQ(replay.changed(), 1U);
}

}  // namespace
}  // namespace usher::testing
