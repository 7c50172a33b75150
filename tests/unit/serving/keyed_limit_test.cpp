// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/keyed_limit.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace usher::testing {
namespace {

TEST(KeyedLimit, KeepsEachKeyToItsShare) {
  KeyedLimit<int> limit(10, 2);
  const auto one = limit.enter(1);
  const auto two = limit.enter(1);
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(limit.enter(1));
  EXPECT_TRUE(limit.enter(2));
}

TEST(KeyedLimit, KeepsAllTogetherToTheTotal) {
  KeyedLimit<std::string> limit(2, 2);
  const auto one = limit.enter("a");
  const auto two = limit.enter("b");
  EXPECT_FALSE(limit.enter("c"));
}

TEST(KeyedLimit, GivesAPlaceBackOnceHoweverOftenItWasMoved) {
  KeyedLimit<int> limit(1, 1);
  {
    auto ticket = limit.enter(1);
    ASSERT_TRUE(ticket);
    const KeyedLimit<int>::Ticket moved = std::move(*ticket);
    EXPECT_FALSE(limit.enter(1));
  }
  EXPECT_TRUE(limit.enter(1));
}

TEST(KeyedLimit, CountsUnderAnotherKeyWhereThatHasRoom) {
  KeyedLimit<int> limit(3, 1);
  auto one = limit.enter(0, 2);
  auto two = limit.enter(0, 2);
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(limit.enter(0, 2));
  EXPECT_TRUE(limit.move(*one, 7));
  EXPECT_FALSE(limit.enter(7));
  EXPECT_FALSE(limit.move(*two, 7));
  auto three = limit.enter(0, 2);
  EXPECT_TRUE(three);
  EXPECT_FALSE(limit.enter(9));
  one.reset();
  EXPECT_TRUE(limit.move(*two, 7));
}

TEST(KeyedLimit, LetsNobodyInWhereNothingIsAllowed) {
  EXPECT_FALSE(KeyedLimit<int>(0, 5).enter(1));
  EXPECT_FALSE(KeyedLimit<int>(5, 0).enter(1));
}

TEST(KeyedLimit, MayBeGoneBeforeItsTickets) {
  auto limit = std::make_unique<KeyedLimit<int>>(1, 1);
  const auto ticket = limit->enter(1);
  limit.reset();
  EXPECT_TRUE(ticket);
}

}  // namespace
}  // namespace usher::testing
