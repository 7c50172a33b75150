// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/hours.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace usher {
namespace {

TEST(Hours, ThatEndInADaySkippedMayLastUntilTheDayBehindIt) {
  constexpr std::int64_t kHour = 3600;
  // Samoa had no 30 December 2011, a Friday.
  constexpr std::int64_t kChange = 1'325'239'200;
  const auto apia = std::make_shared<const TimeZone>(
      TimeZone{.name = "Pacific/Apia",
               .periods = {{.offset = -10 * kHour}, {.begin = kChange, .offset = 14 * kHour}}});
  const Hours night{
      .days = 1U << 3, .begin = 22 * 60, .end = 6 * 60, .zone = apia, .spelling = "Thu"};
  EXPECT_TRUE(night.contains(kChange - kHour, ClockChange::earlier));
  EXPECT_FALSE(night.contains(kChange + kHour, ClockChange::earlier));
  EXPECT_TRUE(night.contains(kChange + kHour, ClockChange::later));
  EXPECT_FALSE(night.contains(kChange + 6 * kHour, ClockChange::later));
}

}  // namespace
}  // namespace usher
