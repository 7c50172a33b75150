// SPDX-License-Identifier: Apache-2.0
#include "keeper/hash_marks.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/keeper/scratch_shadow.h"

namespace usher::testing {
namespace {

class HashMarksTest : public ::testing::Test {
 protected:
  const SodiumReady sodium_;
  const HashMarks marks_;
};

TEST_F(HashMarksTest, AreTheSameForTheSame) {
  EXPECT_EQ(marks_.mark_of("alice", "$6$salt$hash"), marks_.mark_of("alice", "$6$salt$hash"));
}

TEST_F(HashMarksTest, DifferByUserAndByHash) {
  std::set<HashMarks::Mark> seen;
  for (const std::string user : {"", "a", "alice", "alicf"})
    for (const std::string hash : {"", "$6$salt$hash", "$6$salt$hasg", "$6$tlas$hash"})
      EXPECT_TRUE(seen.insert(marks_.mark_of(user, hash)).second) << user << ' ' << hash;
}

TEST_F(HashMarksTest, UserAndHashDoNotRunTogether) {
  EXPECT_NE(marks_.mark_of("ab", "c"), marks_.mark_of("a", "bc"));
  EXPECT_NE(marks_.mark_of("abc", ""), marks_.mark_of("", "abc"));
}

TEST_F(HashMarksTest, OfAnotherKeeperSayNothing) {
  const HashMarks others;
  EXPECT_NE(marks_.mark_of("alice", "$6$salt$hash"), others.mark_of("alice", "$6$salt$hash"));
}

TEST_F(HashMarksTest, AreNeverThatOfNoPassword) {
  for (int i = 0; i < 1'000; ++i)
    EXPECT_NE(marks_.mark_of("alice", std::to_string(i)), HashMarks::Mark{});
}

}  // namespace
}  // namespace usher::testing
