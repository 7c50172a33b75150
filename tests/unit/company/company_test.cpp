// SPDX-License-Identifier: Apache-2.0
// The rules of a company with some hundred requests, and what each is expected to end in: as
// `usherctl policy test` tries it, by a look at one rule after the other and by the index.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "daemon/config/config.h"
#include "daemon/config/expectations.h"
#include "daemon/policy/judge.h"
#include "daemon/policy/rules_in_force.h"
#include "tests/unit/config/scratch_directory.h"

namespace usher {
namespace {

const std::filesystem::path kHere = std::filesystem::path(USHER_SOURCE_DIR) / "tests/unit/company";

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Company : public ::testing::Test {
 protected:
  void SetUp() override {
    // A copy: in a checkout, others than whoever runs this may own the files.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kHere))
      if (entry.path().extension() == ".toml")
        scratch_.write(std::filesystem::relative(entry.path(), kHere).string(),
                       content_of(entry.path()));
    auto configuration = load_configuration(scratch_ / "usher.toml");
    ASSERT_TRUE(configuration) << render_all(configuration.error());
    auto files = load_expectations(configuration->settings.rules, {});
    ASSERT_TRUE(files) << render_all(files.error());
    ASSERT_EQ(files->size(), 1U);
    rules_ = std::move(configuration->rules);
    file_ = std::move(files->front());
  }

  using Check = std::function<void(const Expectation&, const Facts&)>;
  /// Calls `check` with each request; returns how many there were.
  std::size_t for_each_request(const Check& check) const {
    std::size_t count = 0;
    for (const Expectation& expectation : file_.expectations)
      for (const std::string& user : expectation.users)
        for (const std::string& service : expectation.services)
          for (const std::string& from : expectation.from) {
            const auto person = std::ranges::find(file_.people, user, &Person::name);
            Facts facts{.service = service,
                        .source = Source::of(from),
                        .tty = std::nullopt,
                        .now = expectation.now,
                        .person = person == file_.people.end() ? nullptr : &*person,
                        .proven = expectation.proven};
            if (expectation.tty) facts.tty = *expectation.tty;
            ++count;
            check(expectation, facts);
          }
    return count;
  }

  testing::ScratchDirectory scratch_;
  RuleSet rules_;
  ExpectationFile file_;
};

void expect_as_expected(const Expectation& expected, const Decision& came) {
  const std::string where = expected.at.file + ":" + std::to_string(expected.at.line);
  EXPECT_EQ(name_of(came.kind), name_of(expected.decision)) << where;
  if (expected.would) {
    EXPECT_EQ(name_of(came.would), name_of(*expected.would)) << where;
  }
  if (expected.missing) {
    EXPECT_EQ(came.missing, *expected.missing) << where;
  }
  EXPECT_EQ(came.rule == nullptr ? "" : came.rule->name, expected.rule.value_or("?")) << where;
}

TEST_F(Company, DecidesEachRequestAsItExpects) {
  const LoadedRules loaded{RuleSet(rules_)};
  const std::size_t requests =
      for_each_request([&](const Expectation& expectation, const Facts& facts) {
        expect_as_expected(expectation, judge(rules_, facts));
        expect_as_expected(expectation, judge(loaded.index, facts));
        expect_as_expected(expectation, explain(rules_, facts).decision);
      });
  EXPECT_GE(requests, 300U);
}

TEST_F(Company, HasNoRuleThatNoRequestMeets) {
  std::vector<std::string> unmet;
  for (const Rule& rule : rules_.rules) unmet.push_back(rule.name);
  for_each_request([&](const Expectation&, const Facts& facts) {
    const Decision decision = judge(rules_, facts);
    if (decision.rule != nullptr) std::erase(unmet, decision.rule->name);
  });
  EXPECT_TRUE(unmet.empty()) << unmet.front();
}

TEST_F(Company, ARuleAtTheEndChangesNothingThatWasDecided) {
  RuleSet longer = rules_;
  longer.rules.push_back({.name = "everybody", .require = {{.any_of = {Factor::password}}}});
  for_each_request([&](const Expectation& expectation, const Facts& facts) {
    const Decision decision = judge(longer, facts);
    if (expectation.rule == "")
      EXPECT_EQ(decision.rule, &longer.rules.back());
    else
      expect_as_expected(expectation, decision);
  });
}

/// A remote host by its name, in an odd spelling, or with a zone, is nowhere: where a rule asks for
/// the place, it denies, and so is nobody let in who would not be from every place.
TEST_F(Company, AnOddSpellingOfAPlaceLetsNobodyIn) {
  const LoadedRules loaded{RuleSet(rules_)};
  for (const char* rhost :
       {"office.example.org", "localhost", "192.0.2.050", "192.0.2.50.", "0300.0.2.50",
        "3221226034", "192.0.2", "0xc0.0.2.50", "[2001:db8:1::50]", "2001:db8:1::50%eth0",
        "192.0.2.50:22", " 192.0.2.50", "192.0.2.50 ", "::ffff:192.0.2.050", "2001:db8:1:::50",
        "10.8.3.4/16", "*"}) {
    const Source source = Source::of(rhost);
    ASSERT_EQ(source.kind, Source::Kind::unknown) << rhost;
    for_each_request([&](const Expectation&, const Facts& facts) {
      if (facts.service != "sshd") return;
      Facts odd = facts;
      odd.source = source;
      for (const Decision& decision : {judge(rules_, odd), judge(loaded.index, odd)})
        EXPECT_EQ(decision.kind, Decision::Kind::denied) << rhost;
    });
  }
}

}  // namespace
}  // namespace usher
