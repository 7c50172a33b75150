// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "daemon/audit/audit.h"

namespace usher {

/// Several audit logs as one: an event is recorded when all of them have it. Thread-safe, as its
/// parts are.
class CompositeAudit final : public Audit {
 public:
  /// Takes its parts over. Without any, nothing can be recorded and every record() is an Error.
  explicit CompositeAudit(std::vector<std::unique_ptr<Audit>> parts) : parts_(std::move(parts)) {}

  /// Offers the event to every part, even after one has failed; the first Error is returned.
  [[nodiscard]] Result<void> record(const AuditEvent& event) override;

 private:
  const std::vector<std::unique_ptr<Audit>> parts_;
};

}  // namespace usher
