// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/config/config.h"
#include "tests/unit/config/scratch_directory.h"

namespace usher {
namespace {

using ::testing::ElementsAre;
using testing::ScratchDirectory;

constexpr std::string_view kUsherToml = "[rules]\ndirectories = [\"shipped\", \"own\"]\n";

std::string deny_rule(std::string_view name) {
  return "[[rule]]\nname = \"" + std::string(name) + "\"\ndeny = true\n";
}

class Load : public ::testing::Test {
 protected:
  Load() {
    scratch.make_directory("shipped");
    scratch.make_directory("own");
    scratch.write("usher.toml", kUsherToml);
  }
  [[nodiscard]] Configuration load() const { return load(scratch / "usher.toml"); }
  static Configuration load(const std::filesystem::path& file) {
    auto loaded = load_configuration(file);
    if (loaded) return *loaded;
    for (const Finding& finding : loaded.error()) ADD_FAILURE() << render(finding);
    return {};
  }
  /// "file:line: message" of every finding, in the order of the report.
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> all;
    const auto loaded = load_configuration(scratch / "usher.toml");
    if (loaded) return all;
    for (const Finding& finding : loaded.error())
      all.push_back(std::filesystem::path(finding.at.file).filename().string() + ":" +
                    std::to_string(finding.at.line) + ": " + finding.message);
    return all;
  }
  [[nodiscard]] std::vector<std::string> rule_names() const {
    std::vector<std::string> names;
    for (const Rule& rule : load().rules.rules) names.push_back(rule.name);
    return names;
  }
  ScratchDirectory scratch;
};

TEST_F(Load, ASetServesTheRulesOfAllFiles) {
  scratch.write("shipped/10-a.toml",
                "[[rule]]\nname = \"first\"\nservice = [\"@late\", \"@early\"]\ndeny = true\n");
  scratch.write("shipped/00-sets.toml", "[services]\nearly = [\"sudo\"]\n");
  scratch.write("own/90-sets.toml", "[services]\nlate = [\"su\"]\n");
  const Configuration loaded = load();
  ASSERT_EQ(loaded.rules.rules.size(), 1U);
  EXPECT_THAT(loaded.rules.rules[0].services, ElementsAre("su", "sudo"));
}

TEST_F(Load, ASetIsDefinedOnceOverAllFilesUnlessItsFileIsMasked) {
  scratch.write("shipped/00-sets.toml", "[services]\nboth = [\"sudo\"]\n");
  scratch.write("own/90-sets.toml", "\n[services]\nboth = [\"su\"]\n");
  EXPECT_THAT(findings(),
              ElementsAre("90-sets.toml:3: there is already a set `@both` of services"));
  scratch.write("own/00-sets.toml", "");
  EXPECT_THAT(findings(), ElementsAre());
}

TEST_F(Load, AnotherSetIsAnotherVersion) {
  scratch.write("own/00-sets.toml", "[services]\nboth = [\"su\"]\n");
  const std::string before = load().rules.version;
  scratch.write("own/00-sets.toml", "[services]\nboth = [\"sudo\"]\n");
  EXPECT_NE(load().rules.version, before);
}

TEST_F(Load, AnotherDirectoryMayTakeThePlaceOfTheAdministrators) {
  scratch.write("shipped/10-a.toml", deny_rule("shipped"));
  scratch.write("own/20-a.toml", deny_rule("own"));
  const auto draft = scratch.write("draft/20-a.toml", deny_rule("draft"));
  const auto loaded = load_configuration(scratch / "usher.toml", scratch / "draft");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->rules.rules.size(), 2U);
  EXPECT_EQ(loaded->rules.rules[0].name, "shipped");
  EXPECT_EQ(loaded->rules.rules[1].at.file, draft.string());
  EXPECT_EQ(loaded->settings.rules.back(), (scratch / "draft").string());
}

TEST_F(Load, ThatDirectoryHasToBeThere) {
  const auto loaded = load_configuration(scratch / "usher.toml", scratch / "missing");
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), 1U);
  EXPECT_EQ(loaded.error()[0].at.file, (scratch / "missing").string());
}

TEST_F(Load, ReadsTheRulesOfAllDirectoriesInTheOrderOfTheirNames) {
  scratch.write("shipped/10-a.toml", deny_rule("first") + deny_rule("second"));
  scratch.write("shipped/30-c.toml", deny_rule("fourth"));
  scratch.write("own/20-b.toml", deny_rule("third"));
  EXPECT_THAT(rule_names(), ElementsAre("first", "second", "third", "fourth"));
}

TEST_F(Load, AMaskedFileCountsForNothing) {
  scratch.write("shipped/10-a.toml", "this is not TOML");
  scratch.write("own/10-a.toml", deny_rule("own"));
  EXPECT_THAT(rule_names(), ElementsAre("own"));
}

TEST_F(Load, EveryRuleKnowsItsFile) {
  scratch.write("own/10-a.toml", "\n" + deny_rule("r"));
  const auto rules = load().rules.rules;
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].at.file, (scratch / "own/10-a.toml").string());
  EXPECT_EQ(rules[0].at.line, 2U);
}

TEST_F(Load, NoRulesAtAllIsNoMistake) {
  const Configuration loaded = load();
  EXPECT_TRUE(loaded.rules.rules.empty());
  EXPECT_EQ(loaded.rules.version.size(), 16U);
}

TEST_F(Load, SelfVerifyingServicesGoWithTheRules) {
  EXPECT_THAT(load().rules.services.self_verifying, ElementsAre("sshd"));
  scratch.write("usher.toml",
                std::string(kUsherToml) + "[login]\nself_verifying = [\"sshd\", \"sshd-other\"]\n");
  EXPECT_THAT(load().rules.services.self_verifying, ElementsAre("sshd", "sshd-other"));
}

TEST_F(Load, RelativePathsDoNotDependOnTheWorkingDirectory) {
  scratch.write("own/10-a.toml", deny_rule("r"));
  scratch.write("usher.toml", std::string(kUsherToml) + "[state]\nstore = \"usher.db\"\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(scratch.path());
  const Configuration by_name = load("usher.toml");
  const Configuration by_dot = load("./usher.toml");
  std::filesystem::current_path(scratch / "own");
  const Configuration from_below = load("../usher.toml");
  std::filesystem::current_path(before);
  EXPECT_EQ(by_name.settings, load().settings);
  EXPECT_EQ(by_dot.settings.store, (scratch / "./usher.db").lexically_normal().string());
  EXPECT_TRUE(std::filesystem::equivalent(from_below.settings.rules[1], scratch / "own"));
  EXPECT_EQ(from_below.rules.rules.size(), 1U);
}

TEST_F(Load, ReportsEverythingInTheOrderOfFilesAndLines) {
  scratch.write("usher.toml", std::string(kUsherToml) + "[login]\nprompt = 1\n[audit]\nfil = 1\n");
  scratch.write("shipped/20-b.toml", "[[rule]]\nname = \"b\"\nrequire = [\"x\"]\ndenny = 1\n");
  scratch.write("shipped/30-c.toml", "nonsense\n");
  scratch.write("shipped/40.toml", "");
  scratch.write("own/10-a.toml", "[[rule]]\ndeny = true\n");
  EXPECT_THAT(
      findings(),
      ElementsAre(
          "10-a.toml:1: this rule has no name", "20-b.toml:3: there is no factor `x`",
          "20-b.toml:4: a rule has no key `denny`", "30-c.toml:1: there is no `=` after this key",
          "40.toml:0: this is not how a rule file is named, so its rules would not count",
          "usher.toml:4: [login] has no key `prompt`", "usher.toml:6: [audit] has no key `fil`"));
}

TEST_F(Load, ASyntaxErrorInUsherTomlIsTheOnlyFinding) {
  scratch.write("usher.toml", "[rules\n");
  scratch.write("shipped/10-a.toml", "nonsense");
  EXPECT_THAT(findings(), ElementsAre("usher.toml:1: this line starts a section or a rule, but is "
                                      "not complete"));
}

TEST_F(Load, MissingRuleDirectoriesAreReportedWhereTheyAreNamed) {
  scratch.write("usher.toml", "[rules]\ndirectories = [\"nowhere\"]\n");
  EXPECT_THAT(findings(), ElementsAre("usher.toml:2: there is no directory `" +
                                      (scratch / "nowhere").string() + "`"));
}

TEST_F(Load, AMissingFileIsReported) {
  const auto loaded = load_configuration(scratch / "missing.toml");
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), 1U);
  EXPECT_EQ(render(loaded.error()[0]), (scratch / "missing.toml").string() +
                                           ": the file can't be read: No such file or directory\n");
}

// The version

class Version : public Load {
 protected:
  [[nodiscard]] std::string version() const { return load().rules.version; }
};

TEST_F(Version, IsSixteenHexDigits) {
  EXPECT_THAT(version(), ::testing::MatchesRegex("[0-9a-f]{16}"));
}

TEST_F(Version, IsTheSameForTheSameFilesWhereverTheyStand) {
  scratch.write("own/10-a.toml", deny_rule("a"));
  const std::string before = version();
  EXPECT_EQ(version(), before);
  std::filesystem::rename(scratch / "own/10-a.toml", scratch / "shipped/10-a.toml");
  EXPECT_EQ(version(), before);
}

TEST_F(Version, ChangesWithEveryByteNameAndOrder) {
  std::vector<std::string> seen = {version()};
  const auto expect_new = [&](const char* what) {
    const std::string now = version();
    EXPECT_THAT(seen, ::testing::Not(::testing::Contains(now))) << what;
    seen.push_back(now);
  };
  scratch.write("own/10-a.toml", deny_rule("a"));
  scratch.write("own/20-b.toml", deny_rule("b"));
  expect_new("two files");
  scratch.write("own/20-b.toml", deny_rule("b") + " ");
  expect_new("a blank more");
  std::filesystem::rename(scratch / "own/20-b.toml", scratch / "own/30-b.toml");
  expect_new("another name");
  scratch.write("own/10-a.toml", deny_rule("b"));
  scratch.write("own/30-b.toml", deny_rule("a"));
  expect_new("contents exchanged");
  scratch.write("own/10-a.toml", deny_rule("b") + deny_rule("a"));
  scratch.write("own/30-b.toml", "");
  expect_new("the same text, parted elsewhere");
  std::filesystem::remove(scratch / "own/30-b.toml");
  expect_new("an empty file less");
  scratch.write("usher.toml", std::string(kUsherToml) + "[login]\nself_verifying = []\n");
  expect_new("self_verifying");
}

TEST_F(Version, DoesNotChangeWithSettingsThatAreNotPolicy) {
  const std::string before = version();
  scratch.write("usher.toml", std::string(kUsherToml) + "[login]\nprompt_timeout = \"5s\"\n");
  EXPECT_EQ(version(), before);
}

}  // namespace
}  // namespace usher
