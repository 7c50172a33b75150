// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/group_cache.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace usher::testing {
namespace {

class GroupCacheTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::int64_t now() const { return clock_.boot_microseconds(); }
  static GroupAnswer group(gid_t gid) { return NamedGroup{.gid = gid, .members = {"ada"}}; }

  FakeClock clock_;
  GroupCache cache_{clock_, {.entries = 2}};
};

TEST_F(GroupCacheTest, AGroupAgesFromWhenItWasAskedForNotFromWhenItWasAnswered) {
  const std::int64_t asked_at = now();
  clock_.advance_seconds(4);
  cache_.put("wheel", group(10), asked_at);
  clock_.advance_seconds(5);
  EXPECT_TRUE(cache_.get("wheel"));
  clock_.advance_seconds(1);
  EXPECT_FALSE(cache_.get("wheel"));
}

TEST_F(GroupCacheTest, TheWallClockNeitherStretchesNorShortensAnAge) {
  cache_.put("wheel", group(10), now());
  clock_.set_wall_seconds(FakeClock::kStartSeconds + 1'000);
  EXPECT_TRUE(cache_.get("wheel"));
  clock_.set_wall_seconds(0);
  clock_.advance_seconds(10);
  EXPECT_FALSE(cache_.get("wheel"));
}

TEST_F(GroupCacheTest, TheOldestGoesWhereThereIsNoRoom) {
  cache_.put("one", group(1), now());
  cache_.put("two", group(2), now());
  cache_.put("one", group(11), now());  // the newest now
  cache_.put("three", group(3), now());
  EXPECT_FALSE(cache_.get("two"));
  ASSERT_TRUE(cache_.get("one"));
  EXPECT_EQ((**cache_.get("one"))->gid, 11U);
  EXPECT_TRUE(cache_.get("three"));
}

TEST_F(GroupCacheTest, AFailureIsKeptForASecondAsTheErrorItWas) {
  const std::int64_t asked_at = now();
  clock_.advance_seconds(5);
  cache_.put("wheel", failure("down"), asked_at);
  const auto kept = cache_.get("wheel");
  ASSERT_TRUE(kept);
  ASSERT_FALSE(*kept);
  EXPECT_EQ(kept->error().message, "down");
  clock_.advance_seconds(1);
  EXPECT_FALSE(cache_.get("wheel"));
}

/// It says nothing of who is in it, and the account's own groups may be incomplete later.
TEST_F(GroupCacheTest, AGroupThatListsNobodyIsNotKept) {
  cache_.put("wheel", NamedGroup{.gid = 10, .members = {}}, now());
  EXPECT_FALSE(cache_.get("wheel"));
}

TEST_F(GroupCacheTest, ThatThereIsNoSuchGroupIsNotKeptAndEndsWhatWas) {
  cache_.put("wheel", group(10), now());
  cache_.put("wheel", std::nullopt, now());
  EXPECT_FALSE(cache_.get("wheel"));
}

TEST_F(GroupCacheTest, WhatWasAskedForBeforeItForgotIsNotTakenIn) {
  const std::int64_t asked_at = now();
  cache_.put("one", group(1), asked_at);
  cache_.forget();
  EXPECT_FALSE(cache_.get("one"));
  cache_.put("two", group(2), asked_at);
  EXPECT_FALSE(cache_.get("two"));
  clock_.advance_seconds(1);
  cache_.put("two", group(2), now());
  EXPECT_TRUE(cache_.get("two"));
}

}  // namespace
}  // namespace usher::testing
