// SPDX-License-Identifier: Apache-2.0
// What is told of logins that were: ExplainEvent and Readiness.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/audit/event_json.h"
#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/control/control_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class RecordedMethodTest : public ControlFixture {
 protected:
  static constexpr const char* kId = "00112233445566778899aabbccddeeff";

  RecordedMethodTest() { ports_.audit_file = log_.file().string(); }

  static AuditEvent judged(std::string service = "sshd") {
    AuditEvent event = login_event();
    event.request.service = std::move(service);
    event.judged = Judged{.groups = {{"staff", 50}},
                          .given = {{.factor = Factor::publickey, .by = ProvenBy::sshd}},
                          .kind = Decision::Kind::ask,
                          .missing = {{.any_of = {Factor::otp}}}};
    return event;
  }
  /// The session of a login that was only observed.
  static AuditEvent observed(std::string person, std::string service = "sshd") {
    AuditEvent event = judged(std::move(service));
    event.kind = EventKind::request_observed;
    event.person = std::move(person);
    event.request.phase = Phase::open_session;
    event.judged->kind = Decision::Kind::observed;
    event.judged->would = Decision::Kind::ask;
    return event;
  }
  void write(const std::vector<AuditEvent>& events) {
    std::string text;
    for (const AuditEvent& event : events) text += to_json_line(event) + "\n";
    write_content(log_.file(), text);
  }
  VarlinkReply explain_event(const std::string& id) {
    return call(kRoot, "org.usher.control.ExplainEvent", {{"id", id}});
  }
  VarlinkReply readiness(std::int64_t since = 0) {
    return call(kRoot, "org.usher.control.Readiness", {{"since", since}});
  }
  void only_observe() {
    RuleSet rules = some_rules();
    rules.rules[0].observe = true;
    rules_.replace(std::move(rules));
  }

  LogDirectory log_;
};

TEST_F(RecordedMethodTest, AnEventIsExplainedByTheRulesThatJudgedIt) {
  AuditEvent other = judged("sudo");
  other.id = "ffeeddccbbaa99887766554433221100";
  write({judged(), other});
  const auto reply = explain_event(kId);
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["event"], to_json_line(judged()));
  EXPECT_EQ((*reply)["current"], true);
  ASSERT_EQ((*reply)["traces"].size(), 1U);
  EXPECT_EQ((*reply)["traces"][0]["match"], "yes");
  EXPECT_EQ((*explain_event(other.id))["traces"][0]["match"], "no");
  EXPECT_EQ((*explain_event("00112233"))["event"], to_json_line(judged()));
}

TEST_F(RecordedMethodTest, TheBeginOfAnIdHasToTellTheEventApart) {
  AuditEvent other = judged("sudo");
  other.id = "0011223344556677ffffffffffffffff";
  write({judged(), other});
  EXPECT_EQ(error_of(explain_event("00112233")), "org.usher.control.Failed");
  EXPECT_EQ((*explain_event("00112233445566778"))["event"], to_json_line(judged()));
}

TEST_F(RecordedMethodTest, OtherRulesThanThoseThatJudgedItSayNothing) {
  AuditEvent old = judged();
  old.rules_version = "fedcba9876543210";
  write({old});
  const auto reply = explain_event(kId);
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["current"], false);
  EXPECT_EQ((*reply)["traces"], Json::array());
}

TEST_F(RecordedMethodTest, AnEventWithoutAJudgementIsShownAsItIs) {
  write({login_event()});
  const auto reply = explain_event(kId);
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)["current"], false);
}

/// A user is called by the name that an attacker types.
TEST_F(RecordedMethodTest, NobodyPassesForAnotherEvent) {
  AuditEvent forged = judged();
  forged.id = "ffeeddccbbaa99887766554433221100";
  forged.request.user = std::string("x\",\"id\":\"") + kId + "\",\"y\":\"";
  write({judged(), forged});
  EXPECT_EQ((*explain_event(kId))["event"], to_json_line(judged()));
}

TEST_F(RecordedMethodTest, SaysWhereThereIsNoSuchEvent) {
  write({judged()});
  EXPECT_EQ(error_of(explain_event("ffeeddccbbaa99887766554433221100")),
            "org.usher.control.Failed");
  for (const char* id : {"", "x", "0011223", "00112233445566778899aabbccddeeff0",
                         "00112233445566778899AABBCCDDEEFF", "0011223344556677889 aabbccddeef"})
    EXPECT_EQ(error_of(explain_event(id)), "org.varlink.service.InvalidParameter") << id;
  EXPECT_EQ(error_of(call(kAlice, "org.usher.control.ExplainEvent", {{"id", kId}})),
            "org.usher.control.PermissionDenied");
}

TEST_F(RecordedMethodTest, ReadinessNamesWhoLacksAFactor) {
  only_observe();
  enrol_otp("alice", "phone");
  write({observed("alice"), observed("bob"), observed("bob")});
  const auto reply = readiness();
  ASSERT_TRUE(reply);
  const Json& logins = (*reply)["logins"];
  ASSERT_EQ(logins.size(), 2U);
  EXPECT_EQ(logins[0]["user"], "alice");
  EXPECT_EQ(logins[0]["ready"], true);
  EXPECT_EQ(logins[1]["user"], "bob");
  EXPECT_EQ(logins[1]["logins"], 2);
  EXPECT_EQ(logins[1]["ready"], false);
  EXPECT_EQ(logins[1]["lacks"], Json::array({"otp"}));
  EXPECT_EQ(logins[1]["rule"], "ssh");
  EXPECT_EQ((*reply)["cut"], false);
}

TEST_F(RecordedMethodTest, ReadinessCountsEachLoginOnce) {
  only_observe();
  AuditEvent attempt = observed("bob");
  attempt.request.phase = Phase::authenticate;
  AuditEvent account = observed("bob");
  account.request.phase = Phase::account;
  write({attempt, account, observed("bob")});
  EXPECT_EQ((*readiness())["logins"][0]["logins"], 1);
  AuditEvent sudo = observed("alice", "sudo");
  sudo.request.phase = Phase::account;
  write({sudo, observed("root", "sudo")});
  ASSERT_EQ((*readiness())["logins"].size(), 1U);
  EXPECT_EQ((*readiness())["logins"][0]["user"], "alice");
}

TEST_F(RecordedMethodTest, ReadinessGoesBackAsFarAsItIsTold) {
  only_observe();
  write({observed("bob")});
  EXPECT_EQ((*readiness(1'000'000'000))["logins"].size(), 1U);
  EXPECT_EQ((*readiness(1'000'000'001))["logins"].size(), 0U);
}

TEST_F(RecordedMethodTest, ReadinessIsNotFooledByAClockThatWasWrong) {
  only_observe();
  AuditEvent wrong = observed("alice");
  wrong.time_microseconds = 1'000'000;
  write({observed("bob"), wrong});
  ASSERT_EQ((*readiness(1'000'000'000))["logins"].size(), 1U);
  EXPECT_EQ((*readiness(1'000'000'000))["logins"][0]["user"], "bob");
}

TEST_F(RecordedMethodTest, ReadinessDeniesWhomARuleDeniesAndWhoIsGone) {
  RuleSet rules = some_rules();
  rules.rules[0].observe = true;
  rules.rules[0].require.clear();
  rules.rules[0].deny = true;
  rules_.replace(std::move(rules));
  write({observed("bob"), observed("carol")});
  const Json logins = (*readiness())["logins"];
  ASSERT_EQ(logins.size(), 2U);
  EXPECT_EQ(logins[0]["would"], "denied");
  EXPECT_EQ(logins[0]["ready"], false);
  EXPECT_EQ(logins[1]["ready"], false);
  EXPECT_THAT(logins[1]["reason"].get<std::string>(), HasSubstr("gone"));
}

TEST_F(RecordedMethodTest, ReadinessIsForRoot) {
  EXPECT_EQ(error_of(call(kAlice, "org.usher.control.Readiness", {{"since", 0}})),
            "org.usher.control.PermissionDenied");
  EXPECT_EQ(error_of(call(kRoot, "org.usher.control.Readiness")),
            "org.varlink.service.InvalidParameter");
}

}  // namespace
}  // namespace usher::testing
