// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/composite_audit.h"

#include <utility>

namespace usher {

Result<void> CompositeAudit::record(const AuditEvent& event) {
  if (parts_.empty()) return failure("there is no audit log to write to");
  Result<void> outcome;
  for (const auto& part : parts_) {
    auto recorded = part->record(event);
    if (!recorded && outcome) outcome = std::move(recorded);
  }
  return outcome;
}

}  // namespace usher
