// SPDX-License-Identifier: Apache-2.0
// What counts of the proofs that the session holds in which a request stands.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/policy/judge.h"
#include "daemon/policy/rules_in_force.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::kAlice;
using testing::rule_named;
using testing::rule_set;
using Kind = Decision::Kind;

constexpr std::uint32_t kHour = 3600;

Requirement any_of(std::vector<Factor> factors) { return {.any_of = std::move(factors)}; }

/// Password and code; the session's count for five minutes and eight hours.
Rule sudo_rule() {
  Rule rule = rule_named("sudo");
  rule.require = {any_of({Factor::password}), any_of({Factor::otp})};
  rule.reuse = {{.factor = Factor::otp, .seconds = 8 * kHour},
                {.factor = Factor::password, .seconds = 300}};
  return rule;
}

Rule without_reuse(Rule rule) {
  rule.reuse.clear();
  return rule;
}

Proof held(Factor factor, std::optional<std::int64_t> age) {
  return {.factor = factor, .by = ProvenBy::session, .detail = "a session", .age = age};
}

/// Judged by scan, by index and by explain(), which have to agree.
Decision judged(const Rule& rule, const std::vector<Proof>& proven,
                std::string_view service = "sudo") {
  static std::optional<LoadedRules> loaded;  // the decision points into it
  loaded.emplace(rule_set({rule}));
  const Facts facts{
      .service = service, .source = Source::of(""), .person = &kAlice, .proven = proven};
  Decision decision = judge(loaded->set, facts);
  for (const Decision& other :
       {judge(loaded->index, facts), explain(loaded->set, facts).decision}) {
    EXPECT_EQ(other.kind, decision.kind);
    EXPECT_EQ(other.missing, decision.missing);
    EXPECT_EQ(other.reason, decision.reason);
  }
  return decision;
}

// The time

TEST(Reuse, CountsUpToTheRulesTimeAndNoSecondLonger) {
  const std::int64_t window = 8 * kHour;
  for (const std::int64_t age : {std::int64_t{0}, std::int64_t{1}, window - 1, window}) {
    const Decision decision = judged(sudo_rule(), {held(Factor::otp, age)});
    EXPECT_EQ(decision.kind, Kind::ask) << age;
    EXPECT_EQ(decision.missing, std::vector{any_of({Factor::password})}) << age;
    ASSERT_EQ(decision.proven.size(), 1U) << age;
    EXPECT_EQ(decision.proven[0].requirement, any_of({Factor::otp}));
    EXPECT_EQ(decision.proven[0].by.by, ProvenBy::session);
    EXPECT_EQ(decision.proven[0].by.age, age);
  }
  for (const std::int64_t age : {window + 1, window * 1000}) {
    const Decision decision = judged(sudo_rule(), {held(Factor::otp, age)});
    EXPECT_EQ(decision.missing, sudo_rule().require) << age;
    EXPECT_TRUE(decision.proven.empty()) << age;
  }
}

TEST(Reuse, HasATimeForEachFactor) {
  const auto missing_at = [](std::int64_t age) {
    return judged(sudo_rule(), {held(Factor::otp, age), held(Factor::password, age)}).missing;
  };
  EXPECT_TRUE(missing_at(300).empty());
  EXPECT_EQ(missing_at(301), std::vector{any_of({Factor::password})});
  EXPECT_EQ(missing_at(std::int64_t{8} * kHour + 1), sudo_rule().require);
}

TEST(Reuse, NeedsAnAgeThatIsNone) {
  for (const std::optional<std::int64_t> age :
       {std::optional<std::int64_t>(), std::optional<std::int64_t>(-1),
        std::optional<std::int64_t>(INT64_MIN)})
    EXPECT_EQ(judged(sudo_rule(), {held(Factor::otp, age)}).missing, sudo_rule().require);
  // The longest time there is does not make an age of none count.
  Rule for_long = sudo_rule();
  for_long.reuse = {{.factor = Factor::otp, .seconds = UINT32_MAX}};
  EXPECT_EQ(judged(for_long, {held(Factor::otp, INT64_MAX)}).missing, for_long.require);
  EXPECT_EQ(judged(for_long, {held(Factor::otp, std::nullopt)}).missing, for_long.require);
}

// The factor

TEST(Reuse, IsForTheFactorThatIsNamed) {
  Rule rule = sudo_rule();
  rule.reuse = {{.factor = Factor::otp, .seconds = kHour}};
  EXPECT_EQ(judged(rule, {held(Factor::password, 1)}).missing, rule.require);
  EXPECT_EQ(judged(rule, {held(Factor::publickey, 1)}).missing, rule.require);
  EXPECT_EQ(judged(rule, {held(Factor::otp, 1), held(Factor::password, 1)}).missing,
            std::vector{any_of({Factor::password})});
}

TEST(Reuse, IsNoneWhereTheRuleSaysNothingOfIt) {
  const Rule rule = without_reuse(sudo_rule());
  EXPECT_EQ(judged(rule, {held(Factor::otp, 0), held(Factor::password, 0)}).missing, rule.require);
}

TEST(Reuse, OfAKeyCountsForSudoOnlyWhereTheRuleNamesTheKey) {
  Rule rule = rule_named("sudo");
  rule.require = {any_of({Factor::password, Factor::publickey})};
  rule.reuse = {{.factor = Factor::password, .seconds = kHour}};
  EXPECT_EQ(judged(rule, {held(Factor::publickey, 5)}).missing, rule.require);
  // Its word on keys is not sudo's to give.
  const Proof said{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = {}};
  EXPECT_EQ(judged(rule, {said}).missing, rule.require);

  rule.reuse.push_back({.factor = Factor::publickey, .seconds = kHour});
  EXPECT_EQ(judged(rule, {held(Factor::publickey, 5)}).kind, Kind::satisfied);
  EXPECT_EQ(judged(rule, {said}).missing, rule.require);
  EXPECT_EQ(judged(rule, {said, held(Factor::publickey, 5)}).kind, Kind::satisfied);
}

TEST(Reuse, OfAKeyIsTheOneWayToAKeyThatNobodyCanBeAskedFor) {
  Rule rule = rule_named("sudo by key");
  rule.require = {any_of({Factor::publickey}), any_of({Factor::otp})};
  rule.reuse = {{.factor = Factor::publickey, .seconds = kHour}};
  const Decision within = judged(rule, {held(Factor::publickey, kHour)});
  EXPECT_EQ(within.kind, Kind::ask);
  EXPECT_EQ(within.missing, std::vector{any_of({Factor::otp})});
  // A code is not asked for, since it could not help.
  for (const std::vector<Proof>& proven :
       {std::vector<Proof>{}, {held(Factor::publickey, kHour + 1)}, {held(Factor::otp, 1)}}) {
    const Decision decision = judged(rule, proven);
    EXPECT_EQ(decision.kind, Kind::denied);
    EXPECT_EQ(decision.reason,
              "rule \"sudo by key\" wants publickey, which was not proven to sshd");
  }
  EXPECT_EQ(judged(without_reuse(rule), {held(Factor::publickey, 0)}).kind, Kind::denied);
}

TEST(Reuse, TakesWhicheverOfAlternativesIsYoungEnough) {
  Rule rule = rule_named("either");
  rule.require = {any_of({Factor::password, Factor::otp})};
  rule.reuse = {{.factor = Factor::password, .seconds = 60},
                {.factor = Factor::otp, .seconds = kHour}};
  const Decision decision = judged(rule, {held(Factor::password, 61), held(Factor::otp, 61)});
  EXPECT_EQ(decision.kind, Kind::satisfied);
  ASSERT_EQ(decision.proven.size(), 1U);
  EXPECT_EQ(decision.proven[0].by.factor, Factor::otp);
}

// What belongs to the request itself

TEST(Reuse, ComesAfterWhatWasJustProven) {
  Rule rule = rule_named("either");
  rule.require = {any_of({Factor::password, Factor::otp})};
  rule.reuse = {{.factor = Factor::password, .seconds = kHour},
                {.factor = Factor::otp, .seconds = kHour}};
  const Proof fresh{.factor = Factor::password, .by = ProvenBy::stack, .detail = "pam_ldap"};
  const Proof old = held(Factor::otp, 5);
  for (const std::vector<Proof>& proven : {std::vector{old, fresh}, std::vector{fresh, old}}) {
    const Decision decision = judged(rule, proven);
    ASSERT_EQ(decision.proven.size(), 1U);
    EXPECT_EQ(decision.proven[0].by.by, ProvenBy::stack);
    EXPECT_EQ(decision.reason, "rule \"either\" is satisfied");
  }
}

TEST(Reuse, TakesNothingFromWhatWasJustProven) {
  const Proof fresh{.factor = Factor::otp, .by = ProvenBy::usher, .detail = {}};
  EXPECT_EQ(judged(sudo_rule(), {held(Factor::otp, std::nullopt), fresh}).missing,
            std::vector{any_of({Factor::password})});
  EXPECT_EQ(judged(without_reuse(sudo_rule()), {held(Factor::otp, 1), fresh}).missing,
            std::vector{any_of({Factor::password})});
}

// What comes of it

TEST(Reuse, OfAllThatIsWantedAsksNothing) {
  const Decision decision =
      judged(sudo_rule(), {held(Factor::password, 12), held(Factor::otp, 3600)});
  EXPECT_EQ(decision.kind, Kind::satisfied);
  EXPECT_EQ(decision.reason,
            "rule \"sudo\" is satisfied; its session holds password, 12 s old and otp, 3600 s old");
}

TEST(Reuse, IsToldInTheReasonBesideWhatIsWanted) {
  EXPECT_EQ(judged(sudo_rule(), {held(Factor::otp, 0)}).reason,
            "rule \"sudo\" wants password; its session holds otp, 0 s old");
  EXPECT_EQ(judged(sudo_rule(), {held(Factor::otp, std::int64_t{9} * kHour)}).reason,
            "rule \"sudo\" wants password and otp");
}

TEST(Reuse, ChangesNothingInARuleThatDenies) {
  Rule rule{.name = "closed", .deny = true};
  rule.reuse = {{.factor = Factor::otp, .seconds = kHour}};
  EXPECT_EQ(judged(rule, {held(Factor::otp, 1)}).kind, Kind::denied);
}

TEST(Reuse, IsOnlyImaginedWhereTheRuleObserves) {
  Rule rule = sudo_rule();
  rule.observe = true;
  const auto would = [&](const std::vector<Proof>& proven) {
    const Decision decision = judged(rule, proven);
    EXPECT_EQ(decision.kind, Kind::observed);
    return decision.would;
  };
  EXPECT_EQ(would({held(Factor::otp, 1), held(Factor::password, 1)}), Kind::satisfied);
  EXPECT_EQ(would({held(Factor::otp, 1), held(Factor::password, 301)}), Kind::ask);
  EXPECT_EQ(judged(rule, {held(Factor::otp, 1)}).missing, std::vector{any_of({Factor::password})});
}

/// sshd's own rule may name it, too: where somebody stands is not judge()'s business.
TEST(Reuse, IsTheSameForEveryService) {
  for (const std::string_view service : {"sudo", "sshd", "login", "i3lock"})
    EXPECT_EQ(judged(sudo_rule(), {held(Factor::otp, 1), held(Factor::password, 1)}, service).kind,
              Kind::satisfied)
        << service;
}

}  // namespace
}  // namespace usher
