// SPDX-License-Identifier: Apache-2.0
// A rule that is reached and can't be answered denies: each of its lines, wherever it stands.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "daemon/policy/rule_index.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::hours_in_utc;
using testing::kAlice;
using testing::origins;
using testing::rule_named;
using testing::rule_set;

constexpr std::int64_t kNoon = 12 * 3600;

/// A rule's line, and how its question is made one without an answer.
struct Unanswered {
  std::string_view key;
  void (*line)(Rule& rule);
  void (*forget)(Facts& facts);
};

const std::vector<std::string> kGhosts = {"ghosts"};

const std::vector<Unanswered> kLines = {
    {"user", [](Rule& rule) { rule.users = {"alice"}; },
     [](Facts& facts) { facts.person_known = false, facts.person = nullptr; }},
    {"group", [](Rule& rule) { rule.groups = {"sudo"}; },
     [](Facts& facts) { facts.person_known = false, facts.person = nullptr; }},
    {"no such group", [](Rule& rule) { rule.groups = {"ghosts"}; },
     [](Facts& facts) { facts.unresolved_groups = kGhosts; }},
    {"from", [](Rule& rule) { rule.from = origins({"10.0.0.0/8"}); },
     [](Facts& facts) { facts.source = Source::of("host.example"); }},
    {"not_from", [](Rule& rule) { rule.not_from = origins({"192.0.2.0/24"}); },
     [](Facts& facts) { facts.source = Source::of("host.example"); }},
    {"tty", [](Rule& rule) { rule.ttys = {"tty1"}; }, [](Facts& facts) { facts.tty.reset(); }},
    {"hours", [](Rule& rule) { rule.hours = {hours_in_utc("08:00-18:00", 0x7f, 8 * 60, 18 * 60)}; },
     [](Facts& facts) { facts.now.reset(); }},
};

/// Rules of which the unanswered one is at `place`: those above are ruled out, those below open.
RuleSet rules_with(const Rule& unanswered, std::size_t place, std::size_t count) {
  std::vector<Rule> rules;
  for (std::size_t i = 0; i < count; ++i) {
    Rule other = rule_named("rule " + std::to_string(i));
    if (i < place) other.services = {"another"};
    other.observe = i % 2 == 1;
    rules.push_back(i == place ? unanswered : other);
  }
  return rule_set(std::move(rules));
}

void expect_denied(const RuleSet& rules, const Facts& facts) {
  const RuleIndex index(rules);
  for (const Decision& decision : {judge(rules, facts), judge(index, facts)}) {
    EXPECT_EQ(decision.kind, Decision::Kind::denied);
    EXPECT_TRUE(decision.missing.empty());
    ASSERT_NE(decision.rule, nullptr);
    EXPECT_EQ(decision.rule->name, "unanswered");
  }
}

TEST(Unknown, DeniesWhereverItStandsAlsoUnderObserve) {
  constexpr std::size_t kCount = 6;
  for (const Unanswered& line : kLines)
    for (std::size_t place = 0; place < kCount; ++place)
      for (const bool observe : {false, true})
        for (const bool deny : {false, true}) {
          SCOPED_TRACE(std::string(line.key) + " at " + std::to_string(place));
          Rule rule = rule_named("unanswered");
          rule.observe = observe;
          rule.deny = deny;
          if (deny) rule.require.clear();
          line.line(rule);
          Facts facts{.service = "sshd",
                      .source = Source::of("10.1.2.3"),
                      .tty = "tty1",
                      .now = kNoon,
                      .person = &kAlice};
          line.forget(facts);
          expect_denied(rules_with(rule, place, kCount), facts);
          // One false line rules it out, whatever the other would be.
          rule.services = {"another"};
          EXPECT_TRUE(judge(rules_with(rule, 0, kCount), facts).kind == Decision::Kind::observed);
        }
}

}  // namespace
}  // namespace usher
