// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/uio.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/audit/audit.h"

namespace usher {

/// The fields of an event in the journal (systemd.journal-fields(7)), each "NAME=value": MESSAGE,
/// MESSAGE_ID, PRIORITY, and USHER_ fields to filter by; USHER_EVENT is the whole event as JSON.
[[nodiscard]] std::vector<std::string> journal_fields(const AuditEvent& event);

/// The audit log in systemd's journal. Thread-safe.
class JournalAudit final : public Audit {
 public:
  /// Sends fields as sd_journal_sendv(3) does: 0 or a negative errno.
  using Send = int (*)(const iovec* fields, int count);

  /// An Error where journald does not run. `socket` is where it listens; `send` null for the real
  /// one. Both are for tests.
  [[nodiscard]] static Result<std::unique_ptr<JournalAudit>> open(
      std::string socket = "/run/systemd/journal/socket", Send send = nullptr);

  [[nodiscard]] Result<void> record(const AuditEvent& event) override;

 private:
  JournalAudit(std::string socket, Send send) : socket_(std::move(socket)), send_(send) {}
  const std::string socket_;
  const Send send_;
};

}  // namespace usher
