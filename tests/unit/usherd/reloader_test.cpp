// SPDX-License-Identifier: Apache-2.0
#include "daemon/reloader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_audit.h"
#include "tests/unit/config/scratch_directory.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class ReloaderTest : public ::testing::Test {
 protected:
  ReloaderTest() { write_rule("first"); }
  void write_rule(const std::string& name) {
    folder_.write("rules.d/10-test.toml", "[[rule]]\nname = \"" + name + "\"\ndeny = true\n");
  }
  [[nodiscard]] std::string rule_in_force() const { return rules_.get()->rules.at(0).name; }

  const ScratchDirectory folder_;
  const std::filesystem::path file_ =
      folder_.write("usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n");
  const Caller root_{.pid = 42, .uid = 0};
  FakeClock clock_;
  RecordingAudit audit_;
  RulesInForce rules_{RuleSet{.rules = {Rule{.name = "old"}}, .version = "before"}};
  Reloader reloader_{file_, Settings{}, rules_, audit_, clock_};
};

TEST_F(ReloaderTest, PutsNewRulesInForceAndRecordsForWhom) {
  ASSERT_TRUE(reloader_.reload(root_));
  EXPECT_EQ(rule_in_force(), "first");
  EXPECT_EQ(audit_.last().kind, EventKind::rules_loaded);
  EXPECT_EQ(audit_.last().request.caller.pid, 42);
  EXPECT_EQ(audit_.last().rules_version, rules_.get()->version);
  EXPECT_THAT(audit_.last().reason, HasSubstr("before"));
}

TEST_F(ReloaderTest, AMistakeKeepsTheOldRulesAndIsTheConfigurations) {
  folder_.write("rules.d/10-test.toml", "[[rule]]\nnmae = \"x\"\n");
  const auto reloaded = reloader_.reload(root_);
  ASSERT_FALSE(reloaded);
  EXPECT_TRUE(reloaded.error().in_configuration);
  EXPECT_THAT(reloaded.error().text, HasSubstr("10-test.toml:2:1"));
  EXPECT_EQ(rule_in_force(), "old");
  EXPECT_EQ(audit_.last().kind, EventKind::rules_rejected);
  EXPECT_EQ(audit_.last().rules_version, "before");
}

TEST_F(ReloaderTest, WhatCanNotBeRecordedKeepsTheOldRulesAndIsNotTheConfigurations) {
  audit_.fail(true);
  const auto reloaded = reloader_.reload(root_);
  ASSERT_FALSE(reloaded);
  EXPECT_FALSE(reloaded.error().in_configuration);
  EXPECT_THAT(reloaded.error().text, HasSubstr("can't be recorded"));
  EXPECT_THAT(reloaded.error().text, HasSubstr("the fake audit log is full"));
  EXPECT_EQ(rule_in_force(), "old");
}

TEST_F(ReloaderTest, AMistakeStaysTheConfigurationsWhereItCanNotBeRecorded) {
  audit_.fail(true);
  folder_.write("rules.d/10-test.toml", "nonsense");
  const auto reloaded = reloader_.reload(root_);
  ASSERT_FALSE(reloaded);
  EXPECT_TRUE(reloaded.error().in_configuration);
}

}  // namespace
}  // namespace usher::testing
