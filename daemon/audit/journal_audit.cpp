// SPDX-License-Identifier: Apache-2.0
#define SD_JOURNAL_SUPPRESS_LOCATION  // where in usherd's source is of no use to an administrator
#include "daemon/audit/journal_audit.h"

#include <fmt/format.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "daemon/audit/event_json.h"
#include "daemon/audit/event_kinds.h"

namespace usher {

std::vector<std::string> journal_fields(const AuditEvent& event) {
  const EventKindRow& kind = row_of(event.kind);
  std::vector<std::string> fields = {
      fmt::format("MESSAGE={}", to_sentence(event)),
      fmt::format("MESSAGE_ID={}", kind.message_id),
      fmt::format("PRIORITY={}", kind.priority),
      fmt::format("USHER_KIND={}", kind.id),
      fmt::format("USHER_OUTCOME={}", kind.outcome),
      fmt::format("USHER_ID={}", event.id),
      fmt::format("USHER_EVENT={}", to_json_line(event)),
  };
  const auto add = [&fields](std::string_view name, const std::string& value) {
    if (!value.empty()) fields.push_back(fmt::format("{}={}", name, value));
  };
  add("USHER_SERVICE", event.request.service);
  add("USHER_USER", event.request.user);
  add("USHER_PERSON", event.person);
  add("USHER_RHOST", event.request.rhost);
  add("USHER_RULE", event.rule);
  return fields;
}

Result<std::unique_ptr<JournalAudit>> JournalAudit::open(std::string socket, Send send) {
  std::unique_ptr<JournalAudit> audit(
      new JournalAudit(std::move(socket), send != nullptr ? send : &::sd_journal_sendv));
  if (::access(audit->socket_.c_str(), F_OK) != 0)
    return failure(
        fmt::format("no journal listens at {}; use [audit] file instead", audit->socket_));
  return audit;
}

Result<void> JournalAudit::record(const AuditEvent& event) {
  // sd_journal_sendv reports success where there is no journal; an event sent to nobody is lost.
  if (::access(socket_.c_str(), F_OK) != 0) return failure("the journal is gone");
  std::vector<std::string> fields = journal_fields(event);
  std::vector<iovec> parts;
  parts.reserve(fields.size());
  for (std::string& field : fields)
    parts.push_back({.iov_base = field.data(), .iov_len = field.size()});
  const int sent = send_(parts.data(), static_cast<int>(parts.size()));
  if (sent < 0)
    return failure(fmt::format("the journal took no event: {}", ::strerrordesc_np(-sent)));
  return {};
}

}  // namespace usher
