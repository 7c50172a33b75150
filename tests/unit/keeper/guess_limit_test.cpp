// SPDX-License-Identifier: Apache-2.0
#include "keeper/guess_limit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/fake_clock.h"

namespace usher::testing {
namespace {

class GuessLimitTest : public ::testing::Test {
 protected:
  GuessLimitTest() { EXPECT_GE(::sodium_init(), 0); }
  /// How many of `wanted` guesses are let through.
  int guesses(std::string_view user, int wanted) {
    int paid = 0;
    for (int i = 0; i < wanted; ++i) paid += limit_.charge(user).paid();
    return paid;
  }
  FakeClock clock_;
  GuessLimit limit_{clock_};
};

TEST_F(GuessLimitTest, LetsABurstThroughAndThenOneInTwoSeconds) {
  EXPECT_EQ(guesses("alice", 100), 30);
  clock_.advance_seconds(1);
  EXPECT_EQ(guesses("alice", 10), 0);
  clock_.advance_seconds(1);
  EXPECT_EQ(guesses("alice", 10), 1);
  clock_.advance_seconds(20);
  EXPECT_EQ(guesses("alice", 100), 10);
}

TEST_F(GuessLimitTest, IsFullAgainAfterAMinuteAndNeverFuller) {
  guesses("alice", 30);
  clock_.advance_seconds(60);
  EXPECT_EQ(guesses("alice", 100), 30);
  clock_.advance_seconds(86'400);
  EXPECT_EQ(guesses("alice", 100), 30);
}

TEST_F(GuessLimitTest, IsNotReplenishedByTheWallClock) {
  guesses("alice", 30);
  clock_.set_wall_seconds(2'000'000'000);
  EXPECT_EQ(guesses("alice", 1), 0);
}

TEST_F(GuessLimitTest, CostsNothingWhereTheChargeIsGivenBack) {
  for (int i = 0; i < 1000; ++i) {
    auto charge = limit_.charge("alice");
    ASSERT_TRUE(charge.paid());
    charge.give_back();
    charge.give_back();
  }
  EXPECT_EQ(guesses("alice", 100), 30);
}

TEST_F(GuessLimitTest, GivesNothingBackThatWasNotPaid) {
  guesses("alice", 30);
  for (int i = 0; i < 100; ++i) limit_.charge("alice").give_back();
  EXPECT_EQ(guesses("alice", 100), 0);
}

TEST_F(GuessLimitTest, CountsEachUserApart) {
  guesses("alice", 30);
  EXPECT_EQ(guesses("bob", 100), 30);
}

TEST_F(GuessLimitTest, InventedNamesNeitherSwitchItOffNorGetEndlessRoom) {
  int paid = 0;
  for (int i = 0; i < 1'000'000; ++i) paid += limit_.charge(std::to_string(i)).paid();
  EXPECT_LE(paid, 16'384 * 30);
  EXPECT_EQ(guesses("alice", 1), 0) << "a million names have used up every bucket";
  clock_.advance_seconds(2);
  EXPECT_EQ(guesses("alice", 10), 1);
}

TEST_F(GuessLimitTest, ManyAtOnceDoNotOverdraw) {
  std::atomic<int> paid = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { paid += guesses("alice", 1000); });
  }
  EXPECT_EQ(paid, 30);
}

}  // namespace
}  // namespace usher::testing
