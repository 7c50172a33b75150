// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "daemon/policy/judge.h"
#include "daemon/review/doubts.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

using LineNumbers = std::set<unsigned>;

/// The lines of the rules that are never reached.
LineNumbers unreachable_in(const config::Reading& reading) {
  Findings findings;
  find_unreachable(reading, findings);
  LineNumbers lines;
  for (const Finding& finding : findings) lines.insert(finding.at.line);
  return lines;
}

/// Whether a second rule with these lines is never reached, below a first with those.
bool shadowed(const std::string& first, const std::string& second) {
  const std::string rest = "\nrequire = [\"password\"]\n";
  return !unreachable_in(testing::reading_of("[[rule]]\nname = \"first\"\n" + first + rest +
                                             "[[rule]]\nname = \"second\"\n" + second + rest))
              .empty();
}

TEST(Unreachable, ALongerListTakesAllOfAShorterOne) {
  EXPECT_TRUE(shadowed("user = ['a', 'b']", "user = ['b']"));
  EXPECT_FALSE(shadowed("user = ['b']", "user = ['a', 'b']"));
  EXPECT_FALSE(shadowed("user = ['a']", ""));
  EXPECT_TRUE(shadowed("", "user = ['a']"));
  EXPECT_FALSE(shadowed("user = ['a']", "group = ['a']"));
}

TEST(Unreachable, NetworksCountByWhatTheyContain) {
  EXPECT_TRUE(shadowed("from = ['10.0.0.0/8']", "from = ['10.9.0.0/16', '10.1.2.3']"));
  EXPECT_FALSE(shadowed("from = ['10.9.0.0/16']", "from = ['10.0.0.0/8']"));
  EXPECT_FALSE(shadowed("from = ['::/0']", "from = ['10.0.0.0/8']"));
  EXPECT_TRUE(shadowed("from = ['0.0.0.0/0']", "from = ['::ffff:0:0/96']"));
  EXPECT_FALSE(shadowed("from = ['0.0.0.0/0', '::/0']", "from = ['local']"));
  EXPECT_FALSE(shadowed("from = ['0.0.0.0/0', '::/0', 'local']", ""));
}

TEST(Unreachable, WhatTheEarlierLeavesOutIsForTheLater) {
  EXPECT_FALSE(shadowed("not_from = ['10.0.0.0/8']", ""));
  EXPECT_TRUE(shadowed("", "not_from = ['10.0.0.0/8']"));
  EXPECT_TRUE(shadowed("not_from = ['10.1.0.0/16']", "not_from = ['10.0.0.0/8']"));
  EXPECT_FALSE(shadowed("not_from = ['10.0.0.0/8']", "not_from = ['10.1.0.0/16']"));
  EXPECT_TRUE(shadowed("not_from = ['10.0.0.0/8', 'local']", "from = ['192.0.2.0/24']"));
  EXPECT_FALSE(shadowed("not_from = ['10.1.0.0/16']", "from = ['10.0.0.0/8']"));
  EXPECT_FALSE(shadowed("not_from = ['local']", "from = ['local']"));
}

TEST(Unreachable, HowARuleDecidesMakesNoDifference) {
  EXPECT_TRUE(shadowed("account = 'strict'", "user = ['a']"));
}

/// Two rules as a file has them, with keys that this version may not have.
config::Reading two_rules(std::map<std::string, std::string> first,
                          std::map<std::string, std::string> second) {
  config::Reading reading;
  unsigned line = 0;
  for (const auto& keys : {first, second}) {
    reading.configuration.rules.rules.emplace_back();
    config::WrittenRule& rule = reading.written.rules.emplace_back();
    rule.place.at.line = ++line;
    for (const auto& [key, text] : keys) rule.keys[key].text = text;
  }
  return reading;
}

TEST(Unreachable, NothingIsClaimedOfAKeyThatIsNotUnderstood) {
  EXPECT_EQ(unreachable_in(two_rules({}, {})), LineNumbers{2});
  EXPECT_EQ(unreachable_in(two_rules({}, {{"moon", "full"}})), LineNumbers{2});
  EXPECT_EQ(unreachable_in(two_rules({{"moon", "full"}}, {})), LineNumbers{});
  EXPECT_EQ(unreachable_in(two_rules({{"moon", "full"}}, {{"moon", "new"}})), LineNumbers{});
  EXPECT_EQ(unreachable_in(two_rules({{"moon", "full"}}, {{"moon", "full"}})), LineNumbers{2});
  EXPECT_EQ(unreachable_in(two_rules({{"moon", "full"}}, {{"moon", "full"}, {"sun", "x"}})),
            LineNumbers{});
}

// What is claimed of random rules, held against what judge() makes of every request there could be.

class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : random_(seed) {}

  config::Reading reading() {
    config::Reading reading;
    const unsigned count = 2 + below(5);
    for (unsigned line = 1; line <= count; ++line) {
      reading.configuration.rules.rules.push_back(rule(line));
      config::WrittenRule written;
      written.place.at.line = line;
      reading.written.rules.push_back(std::move(written));
    }
    return reading;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  std::vector<std::string> some_of(const std::vector<std::string>& names) {
    std::vector<std::string> some;
    if (below(2) == 0) return some;
    for (const std::string& name : names)
      if (below(2) == 0) some.push_back(name);
    return some;
  }

  std::vector<Origin> origins(unsigned one_in) {
    std::vector<Origin> some;
    if (below(one_in) != 0) return some;
    for (const char* text : {"local", "10.0.0.0/8", "10.1.0.0/16", "::ffff:10.1.0.0/120", "::/0",
                             "2001:db8::/32", "2001:db8::1", "0.0.0.0/0"}) {
      if (below(3) != 0) continue;
      const auto network = parse_network(text);
      some.push_back({.local = !network, .network = network.value_or(Network{}), .spelling = text});
    }
    return some;
  }

  Rule rule(unsigned line) {
    Rule made;
    made.name = std::to_string(line);
    made.services = some_of({"sshd", "sudo"});
    made.users = some_of({"ada", "bob"});
    made.groups = some_of({"sudo", "staff"});
    made.from = origins(2);
    made.not_from = origins(3);
    made.deny = below(2) == 0;
    if (!made.deny) made.require = {{.any_of = {Factor::password}}};
    return made;
  }

  std::mt19937 random_;
};

std::vector<std::vector<std::string>> subsets(const std::vector<std::string>& names) {
  return {{}, {names[0]}, {names[1]}, names};
}

/// The lines of the rules that decide at least one request.
LineNumbers deciding_in(const RuleSet& rules) {
  LineNumbers lines;
  std::vector<Source> sources;
  for (const char* rhost : {"", "host.example", "10.0.0.1", "10.1.0.1", "10.1.1.1", "192.0.2.1",
                            "2001:db8::1", "2001:db8::2", "fe80::1"})
    sources.push_back(Source::of(rhost));
  std::vector<Person> people(1);  // the first for nobody
  for (const char* name : {"ada", "bob", "eve"})
    for (const auto& groups : subsets({"sudo", "staff"})) {
      Person person{.name = name, .uid = 1000, .groups = {}};
      for (const std::string& group : groups) person.groups.push_back({.name = group, .gid = 1});
      people.push_back(std::move(person));
    }
  const auto unresolved = subsets({"sudo", "staff"});
  for (const char* service : {"sshd", "sudo", "login"})
    for (const Source& source : sources)
      for (const Person& person : people)
        for (const auto& groups : unresolved) {
          const Decision decision = judge(rules, {.service = service,
                                                  .source = source,
                                                  .person = person.name.empty() ? nullptr : &person,
                                                  .unresolved_groups = groups,
                                                  .proven = {}});
          if (decision.rule == nullptr) continue;
          lines.insert(static_cast<unsigned>(decision.rule - rules.rules.data()) + 1);
        }
  return lines;
}

TEST(Unreachable, ARuleThatIsNeverReachedNeverDecides) {
  std::size_t claims = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const config::Reading reading = RandomRules(seed).reading();
    const LineNumbers claimed = unreachable_in(reading);
    const LineNumbers deciding = deciding_in(reading.configuration.rules);
    for (const unsigned line : claimed)
      EXPECT_FALSE(deciding.contains(line)) << "seed " << seed << ", rule " << line;
    claims += claimed.size();
  }
  EXPECT_GT(claims, 200U);
}

}  // namespace
}  // namespace usher::review
