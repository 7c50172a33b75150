// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/event_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/host/random_id.h"
#include "tests/unit/audit/audit_fixture.h"

namespace usher::testing {
namespace {

TEST(EventJson, PutsEveryKeyInTheOrderOfTheManual) {
  EXPECT_EQ(to_json_line(login_event()),
            R"({"time":"2001-09-09T01:46:40.000042Z","kind":"login-denied",)"
            R"("id":"00112233445566778899aabbccddeeff","service":"sshd","user":"Alice",)"
            R"("person":"alice","rhost":"192.0.2.7","tty":"ssh","ruser":"",)"
            R"("caller":{"pid":77,"uid":0},"phase":"authenticate","rule":"ssh",)"
            R"("at":"/etc/usher/rules.d/50-ssh.toml:3","rules_version":"0123456789abcdef",)"
            R"("asked":["password","otp"],"held":["password"],"outcome":"denied",)"
            R"("reason":"code already used","latency_us":1234})");
}

TEST(EventJson, NamesTheSessionAndWhatOfItCounted) {
  AuditEvent event = login_event();
  event.session = "0123456789abcdef0123456789abcdef";
  const Proof held{
      .factor = Factor::otp, .by = ProvenBy::session, .detail = event.session, .age = 61};
  event.before = {held};
  event.judged = Judged{.given = {held, {.factor = Factor::password, .by = ProvenBy::stack}}};
  const auto json = nlohmann::json::parse(to_json_line(event));
  EXPECT_EQ(json["session"], event.session);
  EXPECT_EQ(json["before"].dump(),
            R"([{"by":"session","detail":"0123456789abcdef0123456789abcdef","factor":"otp"}])");
  EXPECT_EQ(json["facts"]["given"].dump(),
            R"([{"age":61,"by":"session","factor":"otp"},{"by":"stack","factor":"password"}])");
}

TEST(EventJson, LeavesTheRequestOutWhereThereIsNone) {
  AuditEvent event;
  event.kind = EventKind::service_started;
  const auto json = nlohmann::json::parse(to_json_line(event));
  EXPECT_FALSE(json.contains("user"));
  EXPECT_FALSE(json.contains("caller"));
  EXPECT_EQ(json["kind"], "service-started");
}

TEST(EventJson, NamesTheCallerOfWhatWasNotReadAsARequest) {
  AuditEvent event;
  event.kind = EventKind::rules_loaded;
  event.request.caller = {.pid = 77, .uid = 0};
  const auto json = nlohmann::json::parse(to_json_line(event));
  EXPECT_EQ(json["caller"]["pid"], 77);
  EXPECT_FALSE(json.contains("user"));
}

TEST(EventJson, NamesOperationAndLabelOfACredentialChange) {
  AuditEvent event = login_event();
  event.request.phase = Phase::manage;
  event.request.manage = {.operation = "otp.add", .label = "phone"};
  const auto json = nlohmann::json::parse(to_json_line(event));
  EXPECT_EQ(json["operation"], "otp.add");
  EXPECT_EQ(json["label"], "phone");
}

TEST(EventJson, StaysOneValidLineWhateverTheCallerSays) {
  AuditEvent event = login_event();
  event.request.user = "a\xff\xfe\n{\"kind\":\"login-accepted\"}\r\x1b[2J";
  const std::string line = to_json_line(event);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["kind"], "login-denied");
  EXPECT_TRUE(json["user"].get<std::string>().starts_with("a\xef\xbf\xbd"));
}

TEST(EventJson, IsBoundedWhateverTheTextsHold) {
  AuditEvent event = login_event();
  const std::string huge(200'000, '\x01');
  event.request.phase = Phase::manage;
  event.request.manage = {.operation = huge, .label = huge};
  for (std::string* text : {&event.request.service, &event.request.user, &event.request.tty,
                            &event.request.rhost, &event.request.ruser, &event.person, &event.rule,
                            &event.rule_at.file, &event.rules_version, &event.reason})
    *text = huge;
  EXPECT_LT(to_json_line(event).size(), kMaxEventLine);
}

TEST(EventJson, WritesTimesAsRfc3339InUtc) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(rfc3339(4'102'444'800'000'001), "2100-01-01T00:00:00.000001Z");
}

TEST(EventSentence, NamesPersonServiceSourceReasonAndRule) {
  EXPECT_EQ(to_sentence(login_event()),
            "login-denied: Alice by sshd from 192.0.2.7: code already used (rule \"ssh\" at "
            "/etc/usher/rules.d/50-ssh.toml:3)");
}

TEST(EventSentence, HoldsNoControlCharacters) {
  AuditEvent event = login_event();
  event.request.user = "x\n\x1b]0;owned\x07\x7f";
  for (const char c : to_sentence(event)) EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20);
  EXPECT_EQ(to_sentence(event).find('\x7f'), std::string::npos);
}

TEST(EventSentence, HoldsNothingThatHidesOrReordersIt) {
  AuditEvent event = login_event();
  event.reason.clear();
  event.rule.clear();
  event.request.rhost.clear();
  event.request.user =
      "caf\u00e9 \xff \xc2\x9b"
      "2J \u202eevil \u2028";
  EXPECT_EQ(to_sentence(event), "login-denied: caf\u00e9 ? ?2J ?evil ? by sshd");
}

TEST(EventId, Is128BitsInHexAndNeverTheSame) {
  const std::string one = new_random_id();
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(one, new_random_id());
}

}  // namespace
}  // namespace usher::testing
