// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "daemon/audit/audit.h"

namespace usher::testing {

/// An audit log in memory. Thread-safe.
class RecordingAudit final : public Audit {
 public:
  [[nodiscard]] Result<void> record(const AuditEvent& event) override {
    const std::lock_guard lock(mutex_);
    if (failing_) return failure("the fake audit log is full");
    events_.push_back(event);
    return {};
  }
  /// While set, nothing can be recorded.
  void fail(bool failing) {
    const std::lock_guard lock(mutex_);
    failing_ = failing;
  }
  [[nodiscard]] std::vector<AuditEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }
  [[nodiscard]] AuditEvent last() const {
    const std::lock_guard lock(mutex_);
    return events_.empty() ? AuditEvent{} : events_.back();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<AuditEvent> events_;
  bool failing_ = false;
};

}  // namespace usher::testing
