// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/hash_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace usher::testing {
namespace {

Deadline far_off() { return Deadline::after(60'000); }
Deadline passed() { return Deadline::after(0); }

TEST(HashGate, HasAsManyPlacesAsItWasGiven) {
  HashGate gate(2);
  const auto first = gate.enter(passed());
  const auto second = gate.enter(passed());
  EXPECT_TRUE(first.held());
  EXPECT_TRUE(second.held());
  EXPECT_FALSE(gate.enter(passed()).held());
}

TEST(HashGate, HasOnePlaceAtLeast) {
  HashGate gate(0);
  EXPECT_TRUE(gate.enter(passed()).held());
}

TEST(HashGate, APlaceIsGivenBackOnce) {
  HashGate gate(1);
  {
    auto place = gate.enter(passed());
    const auto moved = std::move(place);
    EXPECT_TRUE(moved.held());
  }
  const auto again = gate.enter(passed());
  EXPECT_TRUE(again.held());
  EXPECT_FALSE(gate.enter(passed()).held());
}

TEST(HashGate, WhoGaveUpWaitingTakesNoPlace) {
  HashGate gate(1);
  {
    const auto taken = gate.enter(passed());
    EXPECT_FALSE(gate.enter(Deadline::after(1)).held());
  }
  EXPECT_TRUE(gate.enter(passed()).held());
}

TEST(HashGate, AFreedPlaceGoesToWhoWaits) {
  HashGate gate(1);
  auto taken = std::make_optional(gate.enter(passed()));
  std::atomic<bool> held = false;
  std::thread waiter([&] { held = gate.enter(far_off()).held(); });
  taken.reset();
  waiter.join();
  EXPECT_TRUE(held);
}

TEST(HashGate, NeverLetsInMoreThanItHasPlacesAndEveryoneInTheEnd) {
  constexpr int kPlaces = 3;
  constexpr int kThreads = 12;
  HashGate gate(kPlaces);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> served = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) {
        const auto place = gate.enter(far_off());
        if (!place.held()) continue;
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        ++served;
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, kPlaces);
  EXPECT_EQ(served, kThreads * 50);
}

}  // namespace
}  // namespace usher::testing
