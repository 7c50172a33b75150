// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/refusal_log.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/host/random_id.h"
#include "daemon/serving/trouble.h"

namespace usher {

RefusalLog::RefusalLog(std::string socket, Audit& audit, const Clock& clock, Counters& counters)
    : socket_(std::move(socket)), audit_(audit), clock_(clock), counters_(counters) {}

void RefusalLog::note(const Request& request, const std::string& reason) {
  constexpr std::int64_t kInterval = 1'000'000;
  counters_.refused.fetch_add(1, std::memory_order_relaxed);
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
  record(request, reason, suppressed);
}

void RefusalLog::flush() {
  std::uint64_t suppressed = 0;
  {
    const std::lock_guard lock(mutex_);
    suppressed = std::exchange(suppressed_, 0);
  }
  if (suppressed > 0) record(Request{}, "more were refused", suppressed);
}

void RefusalLog::record(const Request& request, std::string reason, std::uint64_t suppressed) {
  if (suppressed > 0) reason += fmt::format(" ({} more refused here and not listed)", suppressed);
  AuditEvent event;
  event.kind = EventKind::request_refused;
  event.id = new_random_id();
  event.time_microseconds = clock_.wall_microseconds();
  event.request = request;
  event.reason = fmt::format("{}: {}", socket_, reason);
  // A refusal that can't be recorded stays a refusal; the administrator hears of the log's trouble.
  if (const auto recorded = audit_.record(event); !recorded)
    report_trouble(recorded.error().message);
}

}  // namespace usher
