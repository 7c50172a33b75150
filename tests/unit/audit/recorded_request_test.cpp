// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/recorded_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/audit/event_json.h"
#include "tests/unit/audit/audit_fixture.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;

AuditEvent judged_event() {
  AuditEvent event = login_event();
  event.judged = Judged{
      .groups = {{"alice", 1000}, {"", 27}, {"50", 50}},
      .unresolved = {"wheel"},
      .given = {{.factor = Factor::publickey, .by = ProvenBy::sshd},
                {.factor = Factor::password, .by = ProvenBy::stack}},
      .tty_believed = true,
      .kind = Decision::Kind::observed,
      .would = Decision::Kind::ask,
      .missing = {{.any_of = {Factor::password, Factor::publickey}}, {.any_of = {Factor::otp}}},
      .lacks = {{.any_of = {Factor::otp}}}};
  return event;
}

TEST(RecordedRequest, IsWhatWasWritten) {
  const AuditEvent event = judged_event();
  const auto read = read_recorded_request(to_json_line(event));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, event.id);
  EXPECT_EQ(read->kind, "login-denied");
  EXPECT_EQ(read->time_microseconds, event.time_microseconds);
  EXPECT_EQ(read->phase, "authenticate");
  EXPECT_EQ(read->caller, event.request.caller.pid);
  EXPECT_EQ(read->service, "sshd");
  EXPECT_EQ(read->user, "Alice");
  EXPECT_EQ(read->rhost, "192.0.2.7");
  EXPECT_EQ(read->tty, "ssh");
  ASSERT_TRUE(read->person);
  EXPECT_EQ(read->person->name, "alice");
  EXPECT_EQ(read->rule, "ssh");
  EXPECT_EQ(read->at, "/etc/usher/rules.d/50-ssh.toml:3");
  EXPECT_EQ(read->rules_version, "0123456789abcdef");
  EXPECT_THAT(read->asked, ElementsAre("password", "otp"));
  EXPECT_THAT(read->held, ElementsAre("password"));
  EXPECT_EQ(read->outcome, "denied");
  EXPECT_EQ(read->reason, "code already used");
}

TEST(RecordedRequest, BringsBackWhatItWasJudgedBy) {
  const AuditEvent event = judged_event();
  const auto read = read_recorded_request(to_json_line(event));
  ASSERT_TRUE(read);
  EXPECT_THAT(read->person->groups, ::testing::UnorderedElementsAre(
                                        Group{"alice", 1000}, Group{"#27", 27}, Group{"50", 50}));
  EXPECT_THAT(read->judged.unresolved, ElementsAre("wheel"));
  ASSERT_EQ(read->judged.given.size(), 2U);
  EXPECT_EQ(read->judged.given[0].factor, Factor::publickey);
  EXPECT_EQ(read->judged.given[0].by, ProvenBy::sshd);
  EXPECT_EQ(read->judged.given[1].by, ProvenBy::stack);
  EXPECT_TRUE(read->judged.tty_believed);
  EXPECT_TRUE(read->judged.person_known);
  EXPECT_EQ(read->judged.kind, Decision::Kind::observed);
  EXPECT_EQ(read->judged.would, Decision::Kind::ask);
  EXPECT_EQ(read->judged.missing, event.judged->missing);
  EXPECT_EQ(read->judged.lacks, event.judged->lacks);
  EXPECT_FALSE(read->groups_cut);
}

AuditEvent event_in_a_session() {
  AuditEvent event = judged_event();
  event.session = "0123456789abcdef0123456789abcdef";
  event.judged->given = {{.factor = Factor::otp, .by = ProvenBy::session, .detail = {}, .age = 0},
                         {.factor = Factor::publickey,
                          .by = ProvenBy::session,
                          .detail = {},
                          .age = std::int64_t{1} << 33}};
  return event;
}

TEST(RecordedRequest, KnowsItsSessionAndHowOldItsProofsWere) {
  const auto read = read_recorded_request(to_json_line(event_in_a_session()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->session, "0123456789abcdef0123456789abcdef");
  ASSERT_EQ(read->judged.given.size(), 2U);
  EXPECT_EQ(read->judged.given[0].factor, Factor::otp);
  EXPECT_EQ(read->judged.given[0].by, ProvenBy::session);
  EXPECT_EQ(read->judged.given[0].age, 0);
  EXPECT_EQ(read->judged.given[1].factor, Factor::publickey);
  EXPECT_EQ(read->judged.given[1].age, std::int64_t{1} << 33);
  EXPECT_EQ(read_recorded_request(to_json_line(judged_event()))->session, "");
}

/// A proof whose age is not known could count for ever.
TEST(RecordedRequest, IsNoneWhereASessionsProofHasNoAge) {
  const auto whole = nlohmann::json::parse(to_json_line(event_in_a_session()));
  nlohmann::json ageless = whole;
  ageless["facts"]["given"][0].erase("age");
  EXPECT_FALSE(read_recorded_request(ageless.dump()));
  for (const char* age : {R"("60")", "60.5", "null", "true", "[60]"}) {
    nlohmann::json damaged = whole;
    damaged["facts"]["given"][0]["age"] = nlohmann::json::parse(age);
    EXPECT_FALSE(read_recorded_request(damaged.dump())) << age;
  }
  // What sshd has just verified has none.
  nlohmann::json aged = whole;
  aged["facts"]["given"] = {{{"factor", "publickey"}, {"by", "sshd"}, {"age", 5}}};
  EXPECT_FALSE(read_recorded_request(aged.dump()));
  nlohmann::json session = whole;
  session["session"] = 7;
  EXPECT_FALSE(read_recorded_request(session.dump()));
}

TEST(RecordedRequest, KnowsThatNothingWasKnown) {
  AuditEvent event = judged_event();
  event.person.clear();
  event.judged->person_known = false;
  event.judged->tty_believed = false;
  const auto read = read_recorded_request(to_json_line(event));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->person);
  EXPECT_FALSE(read->judged.person_known);
  EXPECT_FALSE(read->judged.tty_believed);
}

TEST(RecordedRequest, SaysWhereThereWereMoreGroupsThanFit) {
  AuditEvent event = judged_event();
  for (gid_t gid = 0; gid < 5000; ++gid)
    event.judged->groups.push_back({.name = "group-" + std::to_string(gid), .gid = gid});
  const std::string line = to_json_line(event);
  EXPECT_LT(line.size(), kMaxEventLine);
  const auto read = read_recorded_request(line);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->groups_cut);
  EXPECT_GT(read->person->groups.size(), 10U);
}

TEST(RecordedRequest, IsNoneWhereNoRuleWasAsked) {
  EXPECT_FALSE(read_recorded_request(to_json_line(login_event())));
  AuditEvent started;
  started.kind = EventKind::service_started;
  EXPECT_FALSE(read_recorded_request(to_json_line(started)));
}

TEST(RecordedRequest, IsNoneOfWhatIsDamaged) {
  const std::string line = to_json_line(judged_event());
  for (std::size_t size = 0; size < line.size(); ++size)
    EXPECT_FALSE(read_recorded_request(std::string_view(line).substr(0, size))) << size;
  const auto whole = nlohmann::json::parse(line);
  for (const char* member : {"time", "id", "service", "missing", "facts", "decision", "held"}) {
    nlohmann::json damaged = whole;
    damaged[member] = 7;
    EXPECT_FALSE(read_recorded_request(damaged.dump())) << member;
  }
  for (const char* member : {"groups", "given", "unresolved", "tty_believed"}) {
    nlohmann::json damaged = whole;
    damaged["facts"][member] = "yes";
    EXPECT_FALSE(read_recorded_request(damaged.dump())) << member;
  }
  nlohmann::json code = whole;
  code["facts"]["given"] = {{{"factor", "otp"}, {"by", "sshd"}}};
  EXPECT_FALSE(read_recorded_request(code.dump()));
  nlohmann::json later = whole;
  later["missing"] = {"telepathy"};
  EXPECT_FALSE(read_recorded_request(later.dump()));
  for (const char* time : {"", "yesterday", "2001-13-09T01:46:40.000042Z",
                           "2001-09-09T01:46:4x.000042Z", "2001-09-09 01:46:40.000042Z"}) {
    nlohmann::json damaged = whole;
    damaged["time"] = time;
    EXPECT_FALSE(read_recorded_request(damaged.dump())) << time;
  }
}

}  // namespace
}  // namespace usher::testing
