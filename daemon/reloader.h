// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <filesystem>
#include <mutex>
#include <string>

#include "daemon/audit/audit.h"
#include "daemon/config/config.h"
#include "daemon/control/methods.h"
#include "daemon/host/clock.h"
#include "daemon/policy/rules_in_force.h"

namespace usher {

/// Reads the configuration again and puts its rules in force; on any mistake the old ones stay.
/// Settings take effect at the next start. Thread-safe.
class Reloader {
 public:
  /// `settings`: those that usherd runs with. All references must outlive the reloader.
  Reloader(std::filesystem::path file, Settings settings, RulesInForce& rules, Audit& audit,
           const Clock& clock);

  /// `asked_by`: on whose behalf, for the audit; a Caller of pid -1 for a signal. New rules come
  /// into force only once that is audited: where it can't be, that is a failure and no mistake in
  /// the configuration.
  [[nodiscard]] std::expected<void, ReloadFailure> reload(const Caller& asked_by);

 private:
  [[nodiscard]] Result<void> record(EventKind kind, const Caller& asked_by, std::string version,
                                    std::string reason);

  const std::filesystem::path file_;
  const Settings settings_;
  RulesInForce& rules_;
  Audit& audit_;
  const Clock& clock_;
  std::mutex one_at_a_time_;
};

}  // namespace usher
