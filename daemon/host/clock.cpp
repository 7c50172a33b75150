// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/clock.h"

#include <ctime>

namespace usher {
namespace {

std::int64_t microseconds_of(clockid_t clock) noexcept {
  timespec now{};
  static_cast<void>(::clock_gettime(clock, &now));  // these clocks always exist
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

std::int64_t SystemClock::wall_microseconds() const { return microseconds_of(CLOCK_REALTIME); }
std::int64_t SystemClock::boot_microseconds() const { return microseconds_of(CLOCK_BOOTTIME); }

}  // namespace usher
