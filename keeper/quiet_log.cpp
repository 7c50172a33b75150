// SPDX-License-Identifier: Apache-2.0
#include "keeper/quiet_log.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/serving/trouble.h"

namespace usher {

void QuietLog::note(std::string_view text) {
  constexpr std::int64_t kInterval = 1'000'000;
  std::uint64_t suppressed = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = clock_.boot_microseconds();
    if (last_ && now - *last_ < kInterval) {
      ++suppressed_;
      return;
    }
    last_ = now;
    suppressed = std::exchange(suppressed_, 0);
  }
  if (suppressed == 0)
    report_trouble(text);
  else
    report_trouble(fmt::format("{} ({} more lines were left out before)", text, suppressed));
}

}  // namespace usher
