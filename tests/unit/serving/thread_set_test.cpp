// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/thread_set.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>

namespace usher::testing {
namespace {

TEST(ThreadSet, RunsNoMoreTasksThanItsCapacity) {
  std::latch go(1);
  std::atomic<int> ran = 0;
  {
    ThreadSet threads(2);
    const auto task = [&] {
      go.wait();
      ++ran;
    };
    EXPECT_TRUE(threads.start(task));
    EXPECT_TRUE(threads.start(task));
    EXPECT_FALSE(threads.start(task));
    EXPECT_EQ(threads.running(), 2U);
    EXPECT_FALSE(threads.wait_until_empty(Deadline::after(0)));
    go.count_down();
    EXPECT_TRUE(threads.wait_until_empty(Deadline::after(60'000)));
    EXPECT_TRUE(threads.start([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 3);  // destruction waited
}

TEST(ThreadSet, ReleasesWhatATaskHoldsBeforeItCountsAsEnded) {
  ThreadSet threads(1);
  const auto held = std::make_shared<int>(1);
  ASSERT_TRUE(threads.start([held] {}));
  ASSERT_TRUE(threads.wait_until_empty(Deadline::after(60'000)));
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadSet, OutlivesATaskThatThrows) {
  ThreadSet threads(1);
  ASSERT_TRUE(threads.start([] { throw std::runtime_error("expected by this test"); }));
  ASSERT_TRUE(threads.wait_until_empty(Deadline::after(60'000)));
  EXPECT_TRUE(threads.start([] {}));
}

}  // namespace
}  // namespace usher::testing
