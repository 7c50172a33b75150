// SPDX-License-Identifier: Apache-2.0
// Properties of the order of rules, over every permutation of a set in which each rule overlaps
// with others and some can't be answered, and over requests that meet all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "daemon/policy/judge.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::alice;
using testing::origins;
using testing::rule_named;
using testing::rule_set;

std::vector<Rule> overlapping_rules() {
  Rule service = rule_named("a service");
  service.services = {"sshd"};
  Rule user = rule_named("b user");
  user.users = {"alice"};
  Rule group = rule_named("c group");
  group.groups = {"sudo"};
  group.require = {{.any_of = {Factor::publickey}}};
  Rule from = rule_named("d from");
  from.from = origins({"10.0.0.0/8", "local"});
  from.require = {{.any_of = {Factor::otp}}};
  const Rule deny{.name = "e deny", .not_from = origins({"10.0.0.0/8"}), .deny = true};
  return {service, user, group, from, deny};
}

/// Calls `check` with every request of a small world.
template <typename Check>
void for_each_request(Check check) {
  static const Person kAlice = alice();
  static const Person kBob{.name = "bob", .uid = 1001, .groups = {}};
  static const std::array<Proof, 1> kKey = {Proof{Factor::publickey, ProvenBy::sshd, ""}};
  for (const char* service : {"sshd", "sudo"})
    for (const char* rhost : {"", "10.1.2.3", "192.0.2.1", "example.org"})
      for (const Person* person : {&kAlice, &kBob, static_cast<const Person*>(nullptr)})
        for (const bool key : {false, true})
          check(Facts{.service = service,
                      .source = Source::of(rhost),
                      .person = person,
                      .proven = key ? std::span<const Proof>(kKey) : std::span<const Proof>()});
}

template <typename Check>
void for_each_order(Check check) {
  std::vector<Rule> rules = overlapping_rules();
  do check(rule_set(rules));
  while (std::ranges::next_permutation(rules, {}, &Rule::name).found);
}

TEST(Order, TheFirstRuleThatIsNotRuledOutDecides) {
  for_each_order([](const RuleSet& rules) {
    for_each_request([&](const Facts& facts) {
      const Decision decision = judge(rules, facts);
      const Rule* expected = nullptr;
      for (const Rule& rule : rules.rules) {
        const RuleSet alone = rule_set({rule});
        if (judge(alone, facts).rule == nullptr) continue;
        expected = &rule;
        break;
      }
      EXPECT_EQ(decision.rule, expected);
    });
  });
}

TEST(Order, ARuleAtTheEndChangesNothingThatWasDecided) {
  for_each_order([](const RuleSet& rules) {
    RuleSet longer = rules;
    longer.rules.push_back(rule_named("z everybody"));
    for_each_request([&](const Facts& facts) {
      const Decision before = judge(rules, facts);
      const Decision after = judge(longer, facts);
      if (before.rule == nullptr) {
        EXPECT_EQ(after.rule, &longer.rules.back());
        return;
      }
      EXPECT_EQ(after.rule->name, before.rule->name);
      EXPECT_EQ(after.kind, before.kind);
      EXPECT_EQ(after.missing, before.missing);
      EXPECT_EQ(after.reason, before.reason);
    });
  });
}

TEST(Order, JudgeAndExplainAlwaysAgree) {
  for_each_order([](const RuleSet& rules) {
    for_each_request([&](const Facts& facts) {
      const Decision decision = judge(rules, facts);
      const Explanation explanation = explain(rules, facts);
      EXPECT_EQ(explanation.decision.kind, decision.kind);
      EXPECT_EQ(explanation.decision.rule, decision.rule);
      EXPECT_EQ(explanation.decision.missing, decision.missing);
      EXPECT_EQ(explanation.decision.reason, decision.reason);
      for (std::size_t i = 0; i + 1 < explanation.traces.size(); ++i)
        EXPECT_EQ(explanation.traces[i].match, Match::no);
      if (decision.rule != nullptr) {
        EXPECT_EQ(explanation.traces.back().rule, decision.rule);
      }
    });
  });
}

}  // namespace
}  // namespace usher
