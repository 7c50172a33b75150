// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "daemon/host/clock.h"

namespace usher::testing {

/// A clock that stands until a test moves it. Thread-safe.
class FakeClock final : public Clock {
 public:
  /// Where the wall clock starts: some moment after 2001, at the beginning of a 30 s and of a 60 s
  /// period.
  static constexpr std::int64_t kStartSeconds = 1'000'000'020;
  static constexpr std::int64_t kMicroseconds = 1'000'000;

  [[nodiscard]] std::int64_t wall_microseconds() const override { return wall_; }
  [[nodiscard]] std::int64_t boot_microseconds() const override { return boot_; }

  /// Moves the wall clock alone, as an administrator or NTP does.
  void set_wall_seconds(std::int64_t seconds) { wall_ = seconds * kMicroseconds; }
  /// Lets time pass: both clocks move.
  void advance_seconds(std::int64_t seconds) {
    wall_ += seconds * kMicroseconds;
    boot_ += seconds * kMicroseconds;
  }

 private:
  std::atomic<std::int64_t> wall_ = kStartSeconds * kMicroseconds;
  std::atomic<std::int64_t> boot_ = 3600 * kMicroseconds;
};

}  // namespace usher::testing
