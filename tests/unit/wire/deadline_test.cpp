// SPDX-License-Identifier: Apache-2.0
#include "usher/deadline.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace usher {
namespace {

TEST(Deadline, NowAndEarlierHavePassed) {
  EXPECT_TRUE(Deadline::after(0).passed());
  EXPECT_TRUE(Deadline::after(-5).passed());
  EXPECT_TRUE(Deadline::after(INT64_MIN).passed());
}

TEST(Deadline, WhatIsFarAwayFitsPoll) {
  EXPECT_EQ(Deadline::after(std::int64_t{1} << 40).remaining_milliseconds(), INT32_MAX);
}

TEST(Deadline, NeverHasMoreLeftThanItWasGiven) {
  const Deadline deadline = Deadline::after(3'600'000);
  EXPECT_LE(deadline.remaining_milliseconds(), 3'600'000);
  EXPECT_FALSE(deadline.passed());
}

TEST(Deadline, TheEarlierOfTwoCounts) {
  const Deadline now = Deadline::after(0);
  const Deadline later = Deadline::after(3'600'000);
  EXPECT_TRUE(now.or_earlier(later).passed());
  EXPECT_TRUE(later.or_earlier(now).passed());
  EXPECT_FALSE(later.or_earlier(later).passed());
}

}  // namespace
}  // namespace usher
