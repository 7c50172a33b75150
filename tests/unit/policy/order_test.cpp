// SPDX-License-Identifier: Apache-2.0
// Properties of the order of rules, over every permutation of a set in which each rule overlaps
// with others and each but one can't be answered for some, and over requests that meet all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "daemon/policy/judge.h"
#include "daemon/policy/rule_index.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::hours_in_utc;
using testing::kAlice;
using testing::origins;
using testing::rule_named;
using testing::rule_set;

std::vector<Rule> overlapping_rules() {
  Rule program = rule_named("a service and user");
  program.services = {"sshd"};
  program.users = {"alice"};
  Rule group = rule_named("b group");
  group.groups = {"sudo", "ghosts"};
  group.require = {{.any_of = {Factor::publickey}}};
  Rule from = rule_named("c from");
  from.from = origins({"10.0.0.0/8", "local"});
  from.require = {{.any_of = {Factor::otp}}};
  Rule hours = rule_named("d hours");
  hours.hours = {hours_in_utc("08:00-18:00", 0x7f, 8 * 60, 18 * 60)};
  Rule tty = rule_named("e tty");
  tty.ttys = {"tty1"};
  tty.observe = true;
  const Rule deny{.name = "f deny", .not_from = origins({"10.0.0.0/8"}), .deny = true};
  return {program, group, from, hours, tty, deny};
}

/// Every request of a small world.
std::vector<Facts> requests() {
  static const Person kBob{.name = "bob", .uid = 1001, .groups = {}};
  static const std::vector<std::string> kGhosts = {"ghosts"};
  constexpr std::int64_t kNoon = 12 * 3600;
  constexpr std::int64_t kNight = 23 * 3600;
  struct Who {
    bool known = true;
    const Person* person = nullptr;
  };
  std::vector<Facts> all;
  for (const char* service : {"sshd", "sudo"})
    for (const char* rhost : {"", "10.1.2.3", "192.0.2.1", "example.org"})
      for (const Who who : {Who{.person = &kAlice}, Who{.person = &kBob}, Who{}, Who{false}})
        for (const std::optional<std::int64_t> now :
             {std::optional(kNoon), std::optional(kNight), std::optional<std::int64_t>()})
          for (const std::optional<std::string_view> tty :
               {std::optional<std::string_view>("/dev/tty1"), std::optional<std::string_view>()})
            for (const bool ghosts : {false, true})
              all.push_back({.service = service,
                             .source = Source::of(rhost),
                             .tty = tty,
                             .now = now,
                             .person_known = who.known,
                             .person = who.person,
                             .unresolved_groups = ghosts ? std::span<const std::string>(kGhosts)
                                                         : std::span<const std::string>()});
  return all;
}

template <typename Check>
void for_each_order(Check check) {
  std::vector<Rule> rules = overlapping_rules();
  do check(rule_set(rules));
  while (std::ranges::next_permutation(rules, {}, &Rule::name).found);
}

TEST(Order, TheFirstRuleThatIsNotRuledOutDecides) {
  const std::vector<Facts> world = requests();
  // By a rule's letter: what it makes of each request when it is alone.
  std::array<std::vector<Decision::Kind>, 6> alone;
  std::array<std::vector<bool>, 6> ruled_out;
  for (std::size_t letter = 0; letter < alone.size(); ++letter) {
    const RuleSet rules = rule_set({overlapping_rules()[letter]});
    for (const Facts& facts : world) {
      const Decision decision = judge(rules, facts);
      alone[letter].push_back(decision.kind);
      ruled_out[letter].push_back(decision.rule == nullptr);
    }
  }
  for_each_order([&](const RuleSet& rules) {
    for (std::size_t request = 0; request < world.size(); ++request) {
      const Decision decision = judge(rules, world[request]);
      const auto letter_of = [](const Rule& rule) {
        return static_cast<std::size_t>(rule.name.front() - 'a');
      };
      const auto expected = std::ranges::find_if(
          rules.rules, [&](const Rule& rule) { return !ruled_out[letter_of(rule)][request]; });
      if (expected == rules.rules.end()) {
        ASSERT_EQ(decision.rule, nullptr) << request;
        continue;
      }
      ASSERT_EQ(decision.rule, &*expected) << request;
      ASSERT_EQ(decision.kind, alone[letter_of(*expected)][request]) << request;
    }
  });
}

TEST(Order, ARuleAtTheEndChangesNothingThatWasDecided) {
  const std::vector<Facts> world = requests();
  for_each_order([&](const RuleSet& rules) {
    RuleSet longer = rules;
    longer.rules.push_back(rule_named("z everybody"));
    for (const Facts& facts : world) {
      const Decision before = judge(rules, facts);
      const Decision after = judge(longer, facts);
      if (before.rule == nullptr) {
        ASSERT_EQ(after.rule, &longer.rules.back());
        continue;
      }
      ASSERT_EQ(after.rule - longer.rules.data(), before.rule - rules.rules.data());
      ASSERT_EQ(after.kind, before.kind);
      ASSERT_EQ(after.would, before.would);
      ASSERT_EQ(after.missing, before.missing);
      ASSERT_EQ(after.reason, before.reason);
    }
  });
}

TEST(Order, JudgeByIndexJudgeByScanAndExplainAlwaysAgree) {
  const std::vector<Facts> world = requests();
  for_each_order([&](const RuleSet& rules) {
    const RuleIndex index(rules);
    for (const Facts& facts : world) {
      const Decision scanned = judge(rules, facts);
      const Explanation explanation = explain(rules, facts);
      for (const Decision& other : {judge(index, facts), explanation.decision}) {
        ASSERT_EQ(other.kind, scanned.kind);
        ASSERT_EQ(other.would, scanned.would);
        ASSERT_EQ(other.rule, scanned.rule);
        ASSERT_EQ(other.missing, scanned.missing);
        ASSERT_EQ(other.reason, scanned.reason);
      }
      for (std::size_t i = 0; i + 1 < explanation.traces.size(); ++i)
        ASSERT_EQ(explanation.traces[i].match, Match::no);
      if (scanned.rule != nullptr) {
        ASSERT_EQ(explanation.traces.back().rule, scanned.rule);
      }
    }
  });
}

}  // namespace
}  // namespace usher
