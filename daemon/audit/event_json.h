// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/audit/audit.h"

namespace usher {

/// No line of the audit log is longer, its newline included: every text in an event is clipped.
inline constexpr std::size_t kMaxEventLine = std::size_t{64} * 1024;

/// The event as one JSON object in one line, without the newline. The keys stand in the order of
/// docs/events.md; bytes that are not UTF-8 become U+FFFD, so that no client can write a line that
/// a reader rejects.
[[nodiscard]] std::string to_json_line(const AuditEvent& event);

/// The event as a sentence, for people who read the journal: one line of UTF-8, in which what
/// steers a terminal or reorders text became '?'.
[[nodiscard]] std::string to_sentence(const AuditEvent& event);

/// A moment as RFC 3339 has it, in UTC with microseconds: "2026-03-01T12:00:00.000000Z".
[[nodiscard]] std::string rfc3339(std::int64_t microseconds_since_1970);

/// "authenticate" and so on; empty for a phase that was never set.
[[nodiscard]] std::string_view name_of(Phase phase) noexcept;

/// "file:line", or empty for a place that is nowhere.
[[nodiscard]] std::string place_of(const SourcePosition& at);

}  // namespace usher
