// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "daemon/host/clock.h"

namespace usher {

/// Standard error, at most one line a second, with the number of those in between: whoever may ask
/// may also bring about complaints as often as he likes, and must not fill the disk. Thread-safe.
class QuietLog {
 public:
  /// `clock` must outlive the log.
  explicit QuietLog(const Clock& clock) : clock_(clock) {}
  void note(std::string_view text);

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<std::int64_t> last_;  // boot clock, microseconds; guarded by mutex_
  std::uint64_t suppressed_ = 0;      // since then; guarded by mutex_
};

}  // namespace usher
