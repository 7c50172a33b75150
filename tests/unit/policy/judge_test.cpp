// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/judge.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "daemon/policy/rules_in_force.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::hours_in_utc;
using testing::kAlice;
using testing::origins;
using testing::rule_named;
using testing::rule_set;
using Kind = Decision::Kind;

Facts facts_of(std::string_view service, std::string_view rhost, const Person* person = &kAlice) {
  return {.service = service, .source = Source::of(rhost), .person = person, .proven = {}};
}

bool matches(const Rule& rule, const Facts& facts) {
  const RuleSet rules = rule_set({rule});
  return judge(rules, facts).kind == Kind::ask;
}

// Which rule decides

TEST(Judge, WithoutRulesEverythingIsDenied) {
  const RuleSet rules;
  const Decision decision = judge(rules, facts_of("sshd", ""));
  EXPECT_EQ(decision.kind, Kind::denied);
  EXPECT_EQ(decision.rule, nullptr);
  EXPECT_EQ(decision.reason, "there are no rules, so nothing is allowed");
}

TEST(Judge, WhatNoRuleMatchesIsDenied) {
  Rule rule = rule_named("only sudo");
  rule.services = {"sudo"};
  const RuleSet rules = rule_set({rule});
  const Decision decision = judge(rules, facts_of("sshd", ""));
  EXPECT_EQ(decision.kind, Kind::denied);
  EXPECT_EQ(decision.rule, nullptr);
  EXPECT_TRUE(decision.missing.empty());
}

TEST(Judge, ADecisionNobodyMadeIsADenial) { EXPECT_EQ(Decision{}.kind, Kind::denied); }

TEST(Judge, ARuleWithoutListsMatchesEverything) {
  EXPECT_TRUE(matches(rule_named("all"), facts_of("sshd", "192.0.2.1")));
  EXPECT_TRUE(matches(rule_named("all"), facts_of("", "")));
  EXPECT_TRUE(matches(rule_named("all"), facts_of("x", "example.org", nullptr)));
}

TEST(Judge, TheServiceMatchesExactly) {
  Rule rule = rule_named("services");
  rule.services = {"sshd", "login"};
  EXPECT_TRUE(matches(rule, facts_of("sshd", "")));
  EXPECT_TRUE(matches(rule, facts_of("login", "")));
  for (const char* other : {"", "ssh", "sshd ", "SSHD", "sshd-x"})
    EXPECT_FALSE(matches(rule, facts_of(other, ""))) << other;
}

TEST(Judge, TheUserMatchesByCanonicalName) {
  Rule rule = rule_named("users");
  rule.users = {"bob", "alice"};
  EXPECT_TRUE(matches(rule, facts_of("sshd", "")));
  rule.users = {"bob", "Alice", "1000"};
  EXPECT_FALSE(matches(rule, facts_of("sshd", "")));
}

TEST(Judge, AnyGroupOfTheAccountWillDo) {
  Rule rule = rule_named("groups");
  rule.groups = {"wheel", "sudo"};
  EXPECT_TRUE(matches(rule, facts_of("sshd", "")));
  rule.groups = {"alice"};
  EXPECT_TRUE(matches(rule, facts_of("sshd", "")));
  rule.groups = {"wheel", "27"};
  EXPECT_FALSE(matches(rule, facts_of("sshd", "")));
}

TEST(Judge, AnUnknownUserIsNamedByNoRuleAndInNoGroup) {
  Rule by_name = rule_named("name");
  by_name.users = {"alice", ""};
  EXPECT_FALSE(matches(by_name, facts_of("sshd", "", nullptr)));
  Rule by_group = rule_named("group");
  by_group.groups = {"sudo", ""};
  EXPECT_FALSE(matches(by_group, facts_of("sshd", "", nullptr)));
}

TEST(Judge, FromMatchesAnyOfItsNetworks) {
  Rule rule = rule_named("from");
  rule.from = origins({"10.0.0.0/8", "2001:db8::/32", "203.0.113.9"});
  for (const char* inside : {"10.1.2.3", "::ffff:10.1.2.3", "2001:DB8::1", "203.0.113.9"})
    EXPECT_TRUE(matches(rule, facts_of("sshd", inside))) << inside;
  for (const char* outside : {"11.0.0.1", "::10.1.2.3", "2001:db9::1", "203.0.113.8", ""})
    EXPECT_FALSE(matches(rule, facts_of("sshd", outside))) << outside;
}

TEST(Judge, FromLocalMatchesAnEmptyRhostAlone) {
  Rule rule = rule_named("from");
  rule.from = origins({"local"});
  EXPECT_TRUE(matches(rule, facts_of("login", "")));
  for (const char* remote : {"127.0.0.1", "::1", "::", "0.0.0.0"})
    EXPECT_FALSE(matches(rule, facts_of("sshd", remote))) << remote;
}

/// As where a zone's file lists no more changes of its clocks.
TEST(Judge, HoursThatNobodyKnowsYetAreUnknown) {
  const auto berlin = std::make_shared<TimeZone>(
      TimeZone{.name = "Europe/Berlin", .periods = {{}}, .known_until = 1'000'000});
  Rule rule = rule_named("hours");
  rule.hours = {hours_in_utc("00:00-24:00", 0x7f, 0, Hours::kMinutesOfDay)};
  rule.hours.front().zone = berlin;
  const auto at = [&](std::int64_t now) {
    const LoadedRules loaded{rule_set({rule, rule_named("others")})};
    Facts facts = facts_of("sshd", "");
    facts.now = now;
    const Decision decision = judge(loaded.set, facts);
    EXPECT_EQ(judge(loaded.index, facts).kind, decision.kind);
    return decision.kind;
  };
  EXPECT_EQ(at(999'999), Kind::ask);
  EXPECT_EQ(at(1'000'000), Kind::denied);
  // Hours of a zone that is known are not touched by it.
  rule.hours.push_back(hours_in_utc("00:00-24:00", 0x7f, 0, Hours::kMinutesOfDay));
  EXPECT_EQ(at(1'000'000), Kind::ask);
}

TEST(Judge, NotFromMatchesWhatIsInNoneOfItsNetworks) {
  Rule rule = rule_named("not from");
  rule.not_from = origins({"10.0.0.0/8", "192.168.0.0/16"});
  EXPECT_TRUE(matches(rule, facts_of("sshd", "203.0.113.9")));
  EXPECT_TRUE(matches(rule, facts_of("login", "")));
  EXPECT_FALSE(matches(rule, facts_of("sshd", "192.168.1.1")));
  EXPECT_FALSE(matches(rule, facts_of("sshd", "::ffff:10.0.0.1")));
  rule.not_from = origins({"local"});
  EXPECT_TRUE(matches(rule, facts_of("sshd", "127.0.0.1")));
  EXPECT_FALSE(matches(rule, facts_of("login", "")));
}

TEST(Judge, AllListsOfARuleHaveToMatch) {
  Rule rule = rule_named("all of it");
  rule.services = {"sshd"};
  rule.users = {"alice"};
  rule.groups = {"sudo"};
  rule.from = origins({"10.0.0.0/8"});
  rule.not_from = origins({"10.9.0.0/16"});
  EXPECT_TRUE(matches(rule, facts_of("sshd", "10.1.2.3")));
  EXPECT_FALSE(matches(rule, facts_of("sudo", "10.1.2.3")));
  EXPECT_FALSE(matches(rule, facts_of("sshd", "10.9.2.3")));
  EXPECT_FALSE(matches(rule, facts_of("sshd", "11.1.2.3")));
  const Person bob{.name = "bob", .uid = 1001, .groups = {{"sudo", 27}}};
  EXPECT_FALSE(matches(rule, facts_of("sshd", "10.1.2.3", &bob)));
  const Person without_group{.name = "alice", .uid = 1000, .groups = {}};
  EXPECT_FALSE(matches(rule, facts_of("sshd", "10.1.2.3", &without_group)));
}

// What can't be known

const char* const kNotAddresses[] = {"example.org", "localhost",     "fe80::1%eth0", "010.0.0.1",
                                     "10.0.0.1/32", "[2001:db8::1]", "3232235777",   " "};

TEST(Judge, ARuleThatCanNotBeAnsweredDenies) {
  Rule from = rule_named("from");
  from.from = origins({"0.0.0.0/0", "::/0", "local"});
  Rule not_from = rule_named("not from");
  not_from.not_from = origins({"10.0.0.0/8"});
  for (const Rule& rule : {from, not_from}) {
    const RuleSet rules = rule_set({rule, rule_named("everybody")});
    for (const char* rhost : kNotAddresses) {
      const Decision decision = judge(rules, facts_of("sshd", rhost));
      EXPECT_EQ(decision.kind, Kind::denied) << rhost;
      EXPECT_EQ(decision.rule, rules.rules.data()) << rhost;
      EXPECT_TRUE(decision.missing.empty());
      EXPECT_TRUE(decision.proven.empty());
    }
  }
}

TEST(Judge, AGroupThatCanNotBeFoundDeniesWhoeverIsInNoOtherOfTheRule) {
  Rule admins = rule_named("admins");
  admins.groups = {"admins", "sudo"};
  Rule staff = rule_named("staff");
  staff.groups = {"admins"};
  const std::vector<std::string> unresolved = {"admins"};
  const auto judged = [&](const Rule& rule, const Person* person) {
    Facts facts = facts_of("sshd", "", person);
    facts.unresolved_groups = unresolved;
    return judge(rule_set({rule, rule_named("everybody")}), facts);
  };
  EXPECT_EQ(judged(admins, &kAlice).kind, Kind::ask);
  // Whether there is such an account must not show.
  for (const Person* person : {&kAlice, static_cast<const Person*>(nullptr)}) {
    const Decision decision = judged(staff, person);
    EXPECT_EQ(decision.kind, Kind::denied);
    EXPECT_EQ(
        decision.reason,
        "whether rule \"staff\" matches can't be known: there is no group admins, or it could "
        "not be looked up");
  }
  Rule elsewhere = staff;
  elsewhere.services = {"sudo"};
  EXPECT_EQ(judged(elsewhere, &kAlice).kind, Kind::ask);
}

TEST(Judge, TheReasonNamesTheListThatCouldNotBeAnswered) {
  Rule rule = rule_named("from outside");
  rule.not_from = origins({"10.0.0.0/8"});
  const RuleSet rules = rule_set({rule});
  EXPECT_EQ(judge(rules, facts_of("sshd", "example.org")).reason,
            "whether rule \"from outside\" matches can't be known: the remote host is not given as "
            "an address, so `not_from` has no answer");
}

TEST(Judge, WhatIsProvenDoesNotHelpWhereTheMatchIsUnknown) {
  Rule rule = rule_named("from");
  rule.from = origins({"10.0.0.0/8"});
  const RuleSet rules = rule_set({rule});
  const std::vector<Proof> proven = {{Factor::password, ProvenBy::usher, ""}};
  Facts facts = facts_of("sshd", "example.org");
  facts.proven = proven;
  EXPECT_EQ(judge(rules, facts).kind, Kind::denied);
}

TEST(Judge, AListThatDoesNotMatchSettlesWhatIsUnknown) {
  Rule rule = rule_named("sudo from there");
  rule.services = {"sudo"};
  rule.from = origins({"10.0.0.0/8"});
  const RuleSet rules = rule_set({rule, rule_named("everybody")});
  const Decision decision = judge(rules, facts_of("sshd", "example.org"));
  EXPECT_EQ(decision.kind, Kind::ask);
  EXPECT_EQ(decision.rule, &rules.rules[1]);
}

TEST(Judge, ADenyingRuleThatCanNotBeAnsweredDeniesToo) {
  const Rule rule{.name = "deny outside", .not_from = origins({"10.0.0.0/8"}), .deny = true};
  const RuleSet rules = rule_set({rule, rule_named("everybody")});
  EXPECT_EQ(judge(rules, facts_of("sshd", "example.org")).kind, Kind::denied);
}

// What the rule wants

TEST(Judge, WhatIsNotProvenIsMissing) {
  Rule rule = rule_named("two factors");
  rule.require = {{.any_of = {Factor::password, Factor::publickey}}, {.any_of = {Factor::otp}}};
  const RuleSet rules = rule_set({rule});
  const Decision decision = judge(rules, facts_of("sshd", ""));
  EXPECT_EQ(decision.kind, Kind::ask);
  EXPECT_EQ(decision.missing, rule.require);
  EXPECT_TRUE(decision.proven.empty());
  EXPECT_EQ(decision.reason, "rule \"two factors\" wants password|publickey and otp");
}

TEST(Judge, AProofSatisfiesTheRequirementItStandsIn) {
  Rule rule = rule_named("two factors");
  rule.require = {{.any_of = {Factor::password, Factor::publickey}}, {.any_of = {Factor::otp}}};
  const RuleSet rules = rule_set({rule});
  const std::vector<Proof> proven = {{Factor::publickey, ProvenBy::sshd, "ssh-ed25519"}};
  Facts facts = facts_of("sshd", "192.0.2.1");
  facts.proven = proven;
  const Decision decision = judge(rules, facts);
  EXPECT_EQ(decision.kind, Kind::ask);
  ASSERT_EQ(decision.proven.size(), 1U);
  EXPECT_EQ(decision.proven[0].requirement, rule.require[0]);
  EXPECT_EQ(decision.proven[0].by.factor, Factor::publickey);
  ASSERT_EQ(decision.missing.size(), 1U);
  EXPECT_EQ(decision.missing[0], rule.require[1]);
}

TEST(Judge, ItIsSatisfiedWhenNothingIsMissing) {
  Rule rule = rule_named("two factors");
  rule.require = {{.any_of = {Factor::password, Factor::publickey}}, {.any_of = {Factor::otp}}};
  const RuleSet rules = rule_set({rule});
  const std::vector<Proof> proven = {{Factor::otp, ProvenBy::usher, ""},
                                     {Factor::password, ProvenBy::usher, ""}};
  Facts facts = facts_of("sshd", "");
  facts.proven = proven;
  const Decision decision = judge(rules, facts);
  EXPECT_EQ(decision.kind, Kind::satisfied);
  EXPECT_TRUE(decision.missing.empty());
  EXPECT_EQ(decision.proven.size(), 2U);
}

TEST(Judge, AProofNobodyAskedForSatisfiesNothing) {
  const RuleSet rules = rule_set({rule_named("password")});
  const std::vector<Proof> proven = {{Factor::publickey, ProvenBy::sshd, ""},
                                     {Factor::otp, ProvenBy::usher, ""}};
  Facts facts = facts_of("sshd", "");
  facts.proven = proven;
  EXPECT_EQ(judge(rules, facts).kind, Kind::ask);
}

TEST(Judge, AKeyThatWasNotProvenCanNotBeAskedFor) {
  Rule rule = rule_named("key and code");
  rule.require = {{.any_of = {Factor::publickey}}, {.any_of = {Factor::otp}}};
  const RuleSet rules = rule_set({rule});
  const Decision decision = judge(rules, facts_of("sshd", ""));
  EXPECT_EQ(decision.kind, Kind::denied);
  EXPECT_EQ(decision.rule, rules.rules.data());
  EXPECT_EQ(decision.reason, "rule \"key and code\" wants publickey, which was not proven to sshd");
}

TEST(Judge, AKeyAloneIsEnoughWhereTheRuleSaysSo) {
  Rule rule = rule_named("key");
  rule.require = {{.any_of = {Factor::publickey}}};
  const RuleSet rules = rule_set({rule});
  const std::vector<Proof> proven = {{Factor::publickey, ProvenBy::sshd, ""}};
  Facts facts = facts_of("sshd", "");
  facts.proven = proven;
  EXPECT_EQ(judge(rules, facts).kind, Kind::satisfied);
}

TEST(Judge, ADenyingRuleDeniesWhateverIsProven) {
  const Rule rule{.name = "closed", .deny = true, .deny_text = "Closed today."};
  const RuleSet rules = rule_set({rule, rule_named("everybody")});
  const std::vector<Proof> proven = {{Factor::password, ProvenBy::usher, ""},
                                     {Factor::otp, ProvenBy::usher, ""},
                                     {Factor::publickey, ProvenBy::sshd, ""}};
  Facts facts = facts_of("sshd", "");
  facts.proven = proven;
  const Decision decision = judge(rules, facts);
  EXPECT_EQ(decision.kind, Kind::denied);
  EXPECT_EQ(decision.rule, rules.rules.data());
  EXPECT_EQ(decision.reason, "rule \"closed\" denies");
}

TEST(Judge, ARuleThatWantsNothingLetsNobodyIn) {
  const Rule rule{.name = "empty"};
  const RuleSet rules = rule_set({rule});
  EXPECT_EQ(judge(rules, facts_of("sshd", "")).kind, Kind::denied);
}

}  // namespace
}  // namespace usher
