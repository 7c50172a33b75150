// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

#include <cstdint>

namespace usher {

/// A moment on CLOCK_MONOTONIC by which something must have happened. A value type; changing the
/// wall clock neither shortens nor stretches it.
class Deadline {
 public:
  /// `milliseconds` from now; negative counts as now.
  static Deadline after(std::int64_t milliseconds) noexcept {
    return Deadline(now_milliseconds() + (milliseconds > 0 ? milliseconds : 0));
  }
  /// Milliseconds left, never negative, at most INT32_MAX: what poll(2) takes.
  [[nodiscard]] int remaining_milliseconds() const noexcept {
    const std::int64_t left = at_ - now_milliseconds();
    if (left <= 0) return 0;
    return left > INT32_MAX ? INT32_MAX : static_cast<int>(left);
  }
  [[nodiscard]] bool passed() const noexcept { return remaining_milliseconds() == 0; }
  /// The earlier of the two.
  [[nodiscard]] Deadline or_earlier(Deadline other) const noexcept {
    return other.at_ < at_ ? other : *this;
  }

 private:
  explicit Deadline(std::int64_t at) noexcept : at_(at) {}
  static std::int64_t now_milliseconds() noexcept {
    timespec now{};
    static_cast<void>(::clock_gettime(CLOCK_MONOTONIC, &now));
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
  }
  std::int64_t at_;
};

}  // namespace usher
