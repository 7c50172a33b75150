// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/rule_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/scratch_directory.h"

namespace usher::config {
namespace {

using ::testing::ElementsAre;
using usher::testing::ScratchDirectory;

class RuleFilesTest : public ::testing::Test {
 protected:
  RuleFiles find() const {
    return find_rule_files(std::vector{(scratch / "shipped").string(), (scratch / "own").string()});
  }
  static std::vector<std::string> texts(const RuleFiles& found) {
    std::vector<std::string> all;
    for (const RuleFile& file : found.files) all.push_back(file.text);
    return all;
  }
  ScratchDirectory scratch;
};

TEST_F(RuleFilesTest, AreOrderedByNameOverAllDirectories) {
  scratch.write("shipped/90-z.toml", "90");
  scratch.write("shipped/10-z.toml", "10");
  scratch.write("own/50-a.toml", "50a");
  scratch.write("own/09-a.toml", "09");
  scratch.write("own/50-B.toml", "50B");
  const RuleFiles found = find();
  EXPECT_TRUE(found.problems.empty());
  EXPECT_THAT(texts(found), ElementsAre("09", "10", "50B", "50a", "90"));
  EXPECT_EQ(found.files[0].name, "09-a.toml");
  EXPECT_EQ(found.files[0].path, (scratch / "own/09-a.toml").string());
}

TEST_F(RuleFilesTest, ALaterDirectoryMasksTheSameName) {
  scratch.write("shipped/50-ssh.toml", "shipped");
  scratch.write("own/50-ssh.toml", "own");
  EXPECT_THAT(texts(find()), ElementsAre("own"));
}

TEST_F(RuleFilesTest, AnEmptyFileSwitchesAShippedOneOff) {
  scratch.write("shipped/50-ssh.toml", "shipped");
  scratch.write("own/50-ssh.toml", "");
  EXPECT_THAT(texts(find()), ElementsAre(""));
}

TEST_F(RuleFilesTest, AMaskThatCanNotBeReadDoesNotUncoverWhatItMasks) {
  scratch.write("shipped/50-ssh.toml", "shipped");
  ScratchDirectory::set_mode(scratch.write("own/50-ssh.toml", "own"), 0666);
  const RuleFiles found = find();
  EXPECT_TRUE(found.files.empty());
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0].path, (scratch / "own/50-ssh.toml").string());
}

TEST_F(RuleFilesTest, OneDirectoryIsEnough) {
  scratch.write("own/50-ssh.toml", "own");
  const RuleFiles found = find();
  EXPECT_TRUE(found.problems.empty());
  EXPECT_THAT(texts(found), ElementsAre("own"));
}

TEST_F(RuleFilesTest, ADirectoryWithoutRulesIsNoProblem) {
  scratch.make_directory("own");
  EXPECT_TRUE(find().problems.empty());
  EXPECT_TRUE(find().files.empty());
}

TEST_F(RuleFilesTest, NoDirectoryAtAllIsAProblem) {
  const RuleFiles found = find();
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_TRUE(found.problems[0].problem.message.starts_with("there is no directory"));
}

TEST_F(RuleFilesTest, SomethingElseInADirectorysPlaceIsAProblem) {
  scratch.write("shipped", "a file");
  scratch.write("own/50-ssh.toml", "own");
  const RuleFiles found = find();
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0].directory, 0U);
}

TEST_F(RuleFilesTest, AFileThatOnlyLooksLikeRulesIsAProblem) {
  for (const char* name : {"ssh.toml", "5-ssh.toml", "500-ssh.toml", "50ssh.toml", "50-.toml",
                           "50-s sh.toml", "50-s\nsh.toml", "x50-ssh.toml"}) {
    const auto file = scratch.write("own/" + std::string(name), "");
    EXPECT_EQ(find().problems.size(), 1U) << name;
    EXPECT_TRUE(find().files.empty()) << name;
    std::filesystem::remove(file);
  }
}

TEST_F(RuleFilesTest, ExpectationsAreNoRulesAndNoProblem) {
  scratch.write("own/50-ssh.toml", "rules");
  scratch.write("own/50-ssh.test.toml", "expectations");
  scratch.write("own/ssh.test.toml", "more");
  const RuleFiles found = find();
  EXPECT_TRUE(found.problems.empty());
  EXPECT_THAT(texts(found), ElementsAre("rules"));
}

TEST_F(RuleFilesTest, OtherFilesArePassedOver) {
  for (const char* name : {"README", "50-ssh.toml~", ".50-ssh.toml.swp", ".50-ssh.toml",
                           "50-ssh.toml.dpkg-old", "50-ssh.toml.rpmnew", "50-ssh.conf"})
    scratch.write("own/" + std::string(name), "");
  EXPECT_TRUE(find().problems.empty());
  EXPECT_TRUE(find().files.empty());
}

}  // namespace
}  // namespace usher::config
