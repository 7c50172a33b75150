// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/audit/audit.h"
#include "daemon/host/clock.h"
#include "daemon/server/counters.h"

namespace usher {

/// Audits what one socket turned away before a dialogue began: at most one event a second, with the
/// number of those in between, since whoever may connect may also be turned away as often as he
/// likes and must not fill the disk. Thread-safe.
class RefusalLog {
 public:
  /// `socket` is its name in the events. All references must outlive the log.
  RefusalLog(std::string socket, Audit& audit, const Clock& clock, Counters& counters);

  /// `request` as far as it is known.
  void note(const Request& request, const std::string& reason);
  /// Writes down what was only counted so far; for the end.
  void flush();

 private:
  void record(const Request& request, std::string reason, std::uint64_t suppressed);

  const std::string socket_;
  Audit& audit_;
  const Clock& clock_;
  Counters& counters_;
  std::mutex mutex_;
  std::optional<std::int64_t> last_;  // boot clock, microseconds; guarded by mutex_
  std::uint64_t suppressed_ = 0;      // since then; guarded by mutex_
};

}  // namespace usher
