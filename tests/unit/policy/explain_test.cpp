// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/policy/judge.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::kAlice;
using testing::origins;
using testing::rule_named;
using testing::rule_set;

/// What explain() says of one rule.
std::string why(const Rule& rule, std::string_view service, std::string_view rhost,
                const Person* person = &kAlice) {
  const RuleSet rules = rule_set({rule});
  const Explanation explanation = explain(
      rules, {.service = service, .source = Source::of(rhost), .person = person, .proven = {}});
  return explanation.traces.empty() ? "" : explanation.traces.front().why;
}

TEST(Explain, TracesEachRuleUpToTheOneThatDecides) {
  Rule sudo = rule_named("sudo");
  sudo.services = {"sudo"};
  const RuleSet rules = rule_set({sudo, rule_named("second"), rule_named("third")});
  const Explanation explanation = explain(
      rules, {.service = "sshd", .source = Source::of(""), .person = &kAlice, .proven = {}});
  ASSERT_EQ(explanation.traces.size(), 2U);
  EXPECT_EQ(explanation.traces[0].rule, rules.rules.data());
  EXPECT_EQ(explanation.traces[0].match, Match::no);
  EXPECT_EQ(explanation.traces[1].rule, &rules.rules[1]);
  EXPECT_EQ(explanation.traces[1].match, Match::yes);
  EXPECT_EQ(explanation.decision.rule, &rules.rules[1]);
}

TEST(Explain, TracesTheRuleThatCouldNotBeAnswered) {
  Rule from = rule_named("from");
  from.from = origins({"10.0.0.0/8"});
  const RuleSet rules = rule_set({from, rule_named("everybody")});
  const Explanation explanation = explain(
      rules, {.service = "sshd", .source = Source::of("host"), .person = &kAlice, .proven = {}});
  ASSERT_EQ(explanation.traces.size(), 1U);
  EXPECT_EQ(explanation.traces[0].match, Match::unknown);
  EXPECT_EQ(explanation.decision.kind, Decision::Kind::denied);
}

TEST(Explain, TracesEveryRuleWhereNoneMatches) {
  Rule sudo = rule_named("sudo");
  sudo.services = {"sudo"};
  Rule login = rule_named("login");
  login.services = {"login"};
  const RuleSet rules = rule_set({sudo, login});
  const Explanation explanation = explain(
      rules, {.service = "sshd", .source = Source::of(""), .person = &kAlice, .proven = {}});
  EXPECT_EQ(explanation.traces.size(), 2U);
  EXPECT_EQ(explanation.decision.rule, nullptr);
}

TEST(Explain, SaysWhyARuleDoesNotMatch) {
  Rule service = rule_named("r");
  service.services = {"sshd", "login"};
  EXPECT_EQ(why(service, "sudo", ""), "service is \"sudo\", not one of sshd, login");
  Rule user = rule_named("r");
  user.users = {"bob"};
  EXPECT_EQ(why(user, "sudo", ""), "user is alice, not one of bob");
  EXPECT_EQ(why(user, "sudo", "", nullptr), "there is no such account");
  Rule group = rule_named("r");
  group.groups = {"wheel"};
  EXPECT_EQ(why(group, "sudo", ""), "alice is not in group wheel");
  group.groups = {"wheel", "admin"};
  EXPECT_EQ(why(group, "sudo", ""), "alice is in none of the groups wheel, admin");
  EXPECT_EQ(why(group, "sudo", "", nullptr), "there is no such account");
}

TEST(Explain, SaysWhereARequestDoesNotComeFrom) {
  Rule rule = rule_named("r");
  rule.from = origins({"192.168.0.0/16"});
  EXPECT_EQ(why(rule, "sshd", "10.1.2.3"), "10.1.2.3 is not in 192.168.0.0/16");
  EXPECT_EQ(why(rule, "sshd", "::ffff:10.1.2.3"), "10.1.2.3 is not in 192.168.0.0/16");
  EXPECT_EQ(why(rule, "sshd", ""), "the request is local, not from 192.168.0.0/16");
  rule.from = origins({"192.168.0.0/16", "local"});
  EXPECT_EQ(why(rule, "sshd", "2001:DB8::1"), "2001:db8::1 is in none of 192.168.0.0/16, local");
  rule.from = origins({"local"});
  EXPECT_EQ(why(rule, "sshd", "127.0.0.1"), "127.0.0.1 is not local");
}

TEST(Explain, SaysWhatKeepsNotFromFromMatching) {
  Rule rule = rule_named("r");
  rule.not_from = origins({"192.168.0.0/16", "10.0.0.0/8"});
  EXPECT_EQ(why(rule, "sshd", "10.1.2.3"), "10.1.2.3 is in 10.0.0.0/8");
  rule.not_from = origins({"local"});
  EXPECT_EQ(why(rule, "login", ""), "the request is local");
}

TEST(Explain, SaysWhyAQuestionHasNoAnswer) {
  Rule rule = rule_named("r");
  rule.from = origins({"local"});
  EXPECT_EQ(why(rule, "sshd", "example.org"),
            "the remote host is not given as an address, so `from` has no answer");
}

TEST(Explain, SaysAllThatMadeARuleMatch) {
  Rule rule = rule_named("r");
  EXPECT_EQ(why(rule, "sshd", "example.org"), "it is for every request");
  rule.services = {"sshd"};
  rule.users = {"alice"};
  rule.groups = {"sudo"};
  rule.from = origins({"10.0.0.0/8"});
  rule.not_from = origins({"10.9.0.0/16"});
  EXPECT_EQ(why(rule, "sshd", "10.1.2.3"),
            "service is \"sshd\"; user is alice; alice is in group sudo; 10.1.2.3 is in "
            "10.0.0.0/8; 10.1.2.3 is not in 10.9.0.0/16");
}

}  // namespace
}  // namespace usher
