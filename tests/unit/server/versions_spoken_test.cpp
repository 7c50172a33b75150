// SPDX-License-Identifier: Apache-2.0
// A daemon meets modules that are older or newer (PROTOCOL.md, "Versions").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/login_server_fixture.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

class VersionsSpokenTest : public LoginServerFixture {
 protected:
  void start_speaking(Versions versions) {
    LoginSocketPlan wanted = plan();
    wanted.versions = versions;
    start(wanted, ask_once);
  }
  /// The version in which a module of these versions logs in; 0 where it can't.
  [[nodiscard]] int logs_in_with(Versions versions) const {
    TestModule client = module();
    const auto hello = client.greeted_with(versions);
    if (!hello || hello->oldest != hello->newest) return 0;
    if (!client.begin({.phase = Phase::authenticate, .service = "test", .user = "alice"}) ||
        !client.expect<Prompt>() || !client.answer("right"))
      return 0;
    const auto verdict = client.expect<Verdict>();
    return verdict && verdict->seal == Seal::success ? hello->newest : 0;
  }
};

TEST_F(VersionsSpokenTest, ANewDaemonServesTheModuleOfOneVersionBack) {
  start_speaking({1, 2});
  EXPECT_EQ(logs_in_with({1, 1}), 1);
  EXPECT_EQ(logs_in_with({1, 2}), 2);
  EXPECT_EQ(logs_in_with({2, 3}), 2);
}

TEST_F(VersionsSpokenTest, AnOldDaemonServesTheModuleOfOneVersionOn) {
  start_speaking({1, 1});
  EXPECT_EQ(logs_in_with({1, 1}), 1);
  EXPECT_EQ(logs_in_with({1, 2}), 1);
}

TEST_F(VersionsSpokenTest, ARetiredVersionIsToldWhatIsSpoken) {
  start_speaking({2, 3});
  TestModule client = module();
  const auto told = client.greeted_with({1, 1});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->oldest, 2);
  EXPECT_EQ(told->newest, 3);
  EXPECT_TRUE(is_closed_by_peer(client.descriptor()));
  ASSERT_TRUE(stop());
  ASSERT_EQ(audit_.events().size(), 1U);
  EXPECT_THAT(audit_.events().front().reason,
              HasSubstr("it speaks versions 1 to 1 of the wire, and this usherd 2 to 3"));
}

TEST_F(VersionsSpokenTest, TheVersionsOfThisReleaseAreTheDefault) {
  start(ask_once);
  EXPECT_EQ(logs_in_with(kSpokenVersions), kNewestVersion);
  EXPECT_EQ(logs_in_with({kNewestVersion, 0xffff}), kNewestVersion);
}

}  // namespace
}  // namespace usher::testing
