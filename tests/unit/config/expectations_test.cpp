// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/expectations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "tests/unit/config/scratch_directory.h"

namespace usher::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using usher::testing::ScratchDirectory;

ExpectationFile read(const std::string& text) {
  Document document("50-ssh.test.toml", text);
  ExpectationFile file = read_expectations(document);
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  return file;
}

constexpr std::string_view kLeast = R"([[expect]]
name = "nobody"
user = "alice"
service = "sshd"
decision = "denied"
)";

Expectation least_with(std::string_view line) {
  const ExpectationFile file = read(std::string(kLeast) + std::string(line) + "\n");
  return file.expectations.empty() ? Expectation{} : file.expectations.front();
}

std::string deny_named(std::string_view name) {
  std::string text(kLeast);
  return text.replace(text.find("nobody"), 6, name);
}

TEST(Expectations, WhatIsLeftOutIsLocalAndNotWanted) {
  const Expectation expectation = least_with("");
  EXPECT_EQ(expectation.at.line, 1U);
  EXPECT_THAT(expectation.users, ElementsAre("alice"));
  EXPECT_THAT(expectation.services, ElementsAre("sshd"));
  EXPECT_THAT(expectation.from, ElementsAre(""));
  EXPECT_EQ(expectation.tty, std::nullopt);
  EXPECT_EQ(expectation.now, std::nullopt);
  EXPECT_THAT(expectation.proven, IsEmpty());
  EXPECT_EQ(expectation.decision, Decision::Kind::denied);
  EXPECT_EQ(expectation.would, std::nullopt);
  EXPECT_EQ(expectation.missing, std::nullopt);
  EXPECT_EQ(expectation.rule, std::nullopt);
}

TEST(Expectations, PeopleHaveTheirGroups) {
  const ExpectationFile file = read(
      "[[person]]\nname = \"alice\"\ngroups = [\"sudo\", \"27\"]\n[[person]]\nname = \"bob\"\n");
  ASSERT_THAT(file.people, SizeIs(2));
  EXPECT_EQ(file.people[0].name, "alice");
  ASSERT_THAT(file.people[0].groups, SizeIs(2));
  EXPECT_EQ(file.people[0].groups[1].name, "27");
  EXPECT_THAT(file.people[1].groups, IsEmpty());
}

TEST(Expectations, EveryKeyIsRead) {
  EXPECT_THAT(least_with(R"(from = ["203.0.113.7", "local"])").from,
              ElementsAre("203.0.113.7", ""));
  EXPECT_EQ(least_with(R"(tty = "")").tty, "");
  EXPECT_EQ(least_with(R"(rule = "")").rule, "");
  const auto missing = least_with(R"(missing = ["otp", "password|publickey"])").missing;
  EXPECT_EQ(missing,
            (std::vector<Requirement>{{{Factor::otp}}, {{Factor::password, Factor::publickey}}}));
  EXPECT_EQ(least_with("missing = []").missing, std::vector<Requirement>{});
}

TEST(Expectations, AKeyIsProvenToSshdAndAPasswordToTheStack) {
  const auto proven = least_with(R"(proven = ["publickey", "password"])").proven;
  ASSERT_THAT(proven, SizeIs(2));
  EXPECT_EQ(proven[0].by, ProvenBy::sshd);
  EXPECT_EQ(proven[1].factor, Factor::password);
  EXPECT_EQ(proven[1].by, ProvenBy::stack);
}

TEST(Expectations, ASessionHoldsWhatWasProvenSomeTimeAgo) {
  const auto proven =
      least_with(R"(session = { otp = "10m", password = "0s", publickey = "3650d" })").proven;
  ASSERT_THAT(proven, SizeIs(3));
  for (const Proof& proof : proven) EXPECT_EQ(proof.by, ProvenBy::session);
  const auto age_of = [&](Factor factor) {
    const auto found = std::ranges::find(proven, factor, &Proof::factor);
    return found == proven.end() ? std::nullopt : found->age;
  };
  EXPECT_EQ(age_of(Factor::otp), 600);
  EXPECT_EQ(age_of(Factor::password), 0);
  EXPECT_EQ(age_of(Factor::publickey), std::int64_t{3650} * 24 * 3600);

  const auto both = least_with("proven = [\"password\"]\nsession = { otp = \"1s\" }").proven;
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].by, ProvenBy::stack);
  EXPECT_EQ(both[0].age, std::nullopt);
  EXPECT_EQ(both[1].age, 1);
}

TEST(Expectations, TimesAreOfTheirZoneOrUtc) {
  EXPECT_EQ(least_with(R"(at = "2026-11-25 10:00")").now, 1'795'600'800);
  EXPECT_EQ(least_with(R"(at = "2026-11-25 10:00 Europe/Berlin")").now, 1'795'600'800 - 3600);
  EXPECT_EQ(least_with(R"(at = "2026-07-01 10:00 Europe/Berlin")").now, 1'782'892'800);
  EXPECT_EQ(least_with(R"(at = "1970-01-01 00:01")").now, 60);
}

class LoadExpectations : public ::testing::Test {
 protected:
  std::vector<std::string> names(std::span<const std::filesystem::path> files = {}) const {
    const std::vector directories{(scratch / "shipped").string(), (scratch / "own").string()};
    std::vector<std::string> all;
    const auto loaded = load_expectations(directories, files);
    if (!loaded) return {render_all(loaded.error())};
    for (const ExpectationFile& file : *loaded)
      for (const Expectation& each : file.expectations) all.push_back(each.name);
    return all;
  }
  ScratchDirectory scratch;
};

TEST_F(LoadExpectations, AreThoseBesideTheRulesAndMaskEachOther) {
  scratch.write("shipped/50-a.test.toml", deny_named("masked"));
  scratch.write("shipped/10-b.test.toml", deny_named("shipped"));
  scratch.write("own/50-a.test.toml", deny_named("own"));
  scratch.write("own/60-rules.toml", "this is not looked at");
  EXPECT_THAT(names(), ElementsAre("shipped", "own"));
}

TEST_F(LoadExpectations, OrThoseOfTheFilesThatAreNamed) {
  scratch.write("own/50-a.test.toml", deny_named("own"));
  const std::vector files{scratch.write("else/x.toml", deny_named("named"))};
  EXPECT_THAT(names(files), ElementsAre("named"));
}

TEST_F(LoadExpectations, AFileThatOthersCouldChangeIsRefused) {
  ScratchDirectory::set_mode(scratch.write("own/50-a.test.toml", deny_named("own")), 0666);
  EXPECT_THAT(names(), ElementsAre(::testing::HasSubstr("can be written by others")));
  const std::vector files{scratch / "missing.test.toml"};
  EXPECT_THAT(names(files), ElementsAre(::testing::HasSubstr("missing.test.toml: ")));
}

}  // namespace
}  // namespace usher::config
