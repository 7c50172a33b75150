// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace usher {

inline constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

/// The port to time. Implementations may be called from many threads at once.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall clock in microseconds since 1970 (UTC): for time steps and records. Root and NTP move it.
  [[nodiscard]] virtual std::int64_t wall_microseconds() const = 0;
  /// Boot clock in microseconds (CLOCK_BOOTTIME): for durations. Only ever moves forward.
  [[nodiscard]] virtual std::int64_t boot_microseconds() const = 0;

 protected:
  Clock() = default;
  Clock(const Clock&) = default;
  Clock& operator=(const Clock&) = default;
};

/// clock_gettime(2).
class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_microseconds() const override;
  [[nodiscard]] std::int64_t boot_microseconds() const override;
};

}  // namespace usher
