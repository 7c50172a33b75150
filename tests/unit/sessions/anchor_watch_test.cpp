// SPDX-License-Identifier: Apache-2.0
// With eventfds in place of pidfds: both become readable, and stay so.
#include "daemon/sessions/anchor_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace usher::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Keys = std::vector<std::uint64_t>;

/// What the watch called, in order. Thread-safe.
class Calls {
 public:
  /// For the watch; waits while told to hold.
  bool hear(std::span<const std::uint64_t> keys) {
    std::unique_lock lock(mutex_);
    calls_.emplace_back(keys.begin(), keys.end());
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hold_; });
    const bool settled = false_calls_ == 0;
    if (!settled) --false_calls_;
    return settled;
  }
  void hold(bool hold) {
    const std::lock_guard lock(mutex_);
    hold_ = hold;
    changed_.notify_all();
  }
  /// So many times the answer is that something is left to be done.
  void leave_undone(int calls) {
    const std::lock_guard lock(mutex_);
    false_calls_ = calls;
  }
  /// All calls, once there were as many.
  std::vector<Keys> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_.size() >= count; });
    return calls_;
  }
  /// All keys told, in order, once there were as many.
  Keys wait_for_keys(std::size_t count) {
    std::unique_lock lock(mutex_);
    Keys all;
    changed_.wait(lock, [&] {
      all.clear();
      for (const Keys& call : calls_) all.insert(all.end(), call.begin(), call.end());
      return all.size() >= count;
    });
    return all;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Keys> calls_;
  bool hold_ = false;
  int false_calls_ = 0;
};

/// A process as far as the watch can tell.
class Anchor {
 public:
  [[nodiscard]] UniqueFd pidfd() const {
    return UniqueFd(::fcntl(event_.get(), F_DUPFD_CLOEXEC, 0));
  }
  void end() const {
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(event_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }

 private:
  const UniqueFd event_{::eventfd(0, EFD_CLOEXEC)};
};

class AnchorWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = AnchorWatch::start(
        [this](std::span<const std::uint64_t> keys) { return calls_.hear(keys); });
    ASSERT_TRUE(started) << started.error().message;
    watch_ = *std::move(started);
  }
  void watch(std::uint64_t key, const Anchor& anchor) {
    const auto watched = watch_->watch(key, anchor.pidfd());
    EXPECT_TRUE(watched) << watched.error().message;
  }

  Calls calls_;
  std::unique_ptr<AnchorWatch> watch_;
};

TEST_F(AnchorWatchTest, TellsOnceOfWhatHasEnded) {
  const Anchor one;
  const Anchor other;
  watch(7, one);
  watch(8, other);
  one.end();
  EXPECT_THAT(calls_.wait_for(1), ElementsAre(ElementsAre(7)));
  other.end();
  EXPECT_THAT(calls_.wait_for(2), ElementsAre(ElementsAre(7), ElementsAre(8)))
      << "though the first is as readable as before";
}

TEST_F(AnchorWatchTest, TellsOfSeveralTogether) {
  const std::array<Anchor, 4> anchors;
  for (std::uint64_t key = 1; key <= anchors.size(); ++key) watch(key, anchors[key - 1]);
  calls_.hold(true);
  anchors[0].end();
  calls_.wait_for(1);
  for (std::size_t i = 1; i < anchors.size(); ++i) anchors[i].end();
  calls_.hold(false);
  EXPECT_THAT(calls_.wait_for(2), ElementsAre(ElementsAre(1), UnorderedElementsAre(2, 3, 4)));
}

TEST_F(AnchorWatchTest, TellsOfWhatHadEndedBeforeItWasWatched) {
  const Anchor anchor;
  anchor.end();
  watch(7, anchor);
  EXPECT_THAT(calls_.wait_for(1), ElementsAre(ElementsAre(7)));
}

TEST_F(AnchorWatchTest, KeepsNoDescriptorOfWhatHasEnded) {
  const Anchor anchor;
  UniqueFd pidfd = anchor.pidfd();
  const int number = pidfd.get();
  ASSERT_TRUE(watch_->watch(7, std::move(pidfd)));
  EXPECT_NE(::fcntl(number, F_GETFD), -1);
  anchor.end();
  calls_.wait_for(1);
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST_F(AnchorWatchTest, WhatCannotBeWatchedIsAnErrorAndForgotten) {
  EXPECT_FALSE(watch_->watch(7, UniqueFd()));
  // epoll(7) takes no regular files.
  EXPECT_FALSE(watch_->watch(8, UniqueFd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC))));
  const Anchor anchor;
  watch(7, anchor);
  anchor.end();
  EXPECT_THAT(calls_.wait_for(1), ElementsAre(ElementsAre(7)));
}

TEST_F(AnchorWatchTest, CallsWithNoKeysWhenAskedTo) {
  watch_->call_again();
  EXPECT_THAT(calls_.wait_for(1), ElementsAre(IsEmpty()));
  watch_->call_again();
  EXPECT_THAT(calls_.wait_for(2), ElementsAre(IsEmpty(), IsEmpty()));
}

// Takes as long as the watch waits before it asks again.
TEST_F(AnchorWatchTest, AsksAgainUntilNothingIsLeftToBeDone) {
  calls_.leave_undone(1);
  const Anchor anchor;
  watch(7, anchor);
  anchor.end();
  EXPECT_THAT(calls_.wait_for(2), ElementsAre(ElementsAre(7), IsEmpty()));
}

TEST_F(AnchorWatchTest, WhatIsLeftUndoneKeepsNobodyFromBeingTold) {
  calls_.leave_undone(2);
  const Anchor one;
  const Anchor other;
  watch(7, one);
  watch(8, other);
  one.end();
  calls_.wait_for(1);
  other.end();
  EXPECT_THAT(calls_.wait_for_keys(2), ElementsAre(7, 8));
}

TEST_F(AnchorWatchTest, LetsGoOfAllItWatchesWhenItEnds) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const UniqueFd mine(ends[0]);
  ASSERT_TRUE(watch_->watch(7, UniqueFd(ends[1])));
  watch_.reset();
  char byte = 0;
  EXPECT_EQ(::read(mine.get(), &byte, 1), 0);
  EXPECT_THAT(calls_.wait_for(0), IsEmpty()) << "nothing has ended";
}

TEST_F(AnchorWatchTest, EndsOnceACallThatIsUnderWayIsOver) {
  const Anchor anchor;
  watch(7, anchor);
  calls_.hold(true);
  anchor.end();
  calls_.wait_for(1);
  std::thread let_go([&] { calls_.hold(false); });
  watch_.reset();
  let_go.join();
  EXPECT_THAT(calls_.wait_for(1), ElementsAre(ElementsAre(7)));
}

TEST_F(AnchorWatchTest, LosesNoneOfManyThatEndWhileOthersAreAdded) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 100;
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (std::size_t i = 1; i <= kEach; ++i) {
        const Anchor anchor;
        watch(thread * kEach + i, anchor);
        anchor.end();
      }
    });
  for (std::thread& thread : threads) thread.join();
  Keys told = calls_.wait_for_keys(kThreads * kEach);
  std::ranges::sort(told);
  EXPECT_EQ(told.size(), kThreads * kEach);
  for (std::size_t i = 0; i < told.size(); ++i) ASSERT_EQ(told[i], i + 1);
}

}  // namespace
}  // namespace usher::testing
