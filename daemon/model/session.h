// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/process_id.h"
#include "daemon/model/proof.h"
#include "daemon/model/rule.h"

namespace usher {

/// Why a session is over.
enum class SessionEnd : std::uint8_t {
  closed = 1,  // the program said so
  process,     // its anchor ended without a word
  missed,      // ... while no usherd was there to see it
  reboot,      // the machine was started anew
  revoked,     // an administrator or the person ended it; its processes may still run
};

struct SessionEndName {
  SessionEnd end;
  std::string_view name;
  std::string_view words;
};

inline constexpr std::array kSessionEnds = {
    SessionEndName{SessionEnd::closed, "closed", "closed by the program"},
    SessionEndName{SessionEnd::process, "process", "its process ended without closing it"},
    SessionEndName{SessionEnd::missed, "missed", "its process ended while usherd was away"},
    SessionEndName{SessionEnd::reboot, "reboot", "the machine was started anew"},
    SessionEndName{SessionEnd::revoked, "revoked", "ended by hand"},
};

[[nodiscard]] constexpr const SessionEndName& row_of(SessionEnd end) noexcept {
  for (const SessionEndName& row : kSessionEnds)
    if (row.end == end) return row;
  return kSessionEnds.front();
}

/// How it came to its end.
struct SessionEnding {
  SessionEnd how{};
  std::int64_t at = 0;  // wall clock, seconds since 1970
  std::string by;       // who ended it by hand: "root", an account's name; else empty
  bool operator==(const SessionEnding&) const = default;
};

/// What the kernel said of the anchor when the session was opened. Hints for whoever looks, never
/// proof: programs change them, and root may write what it likes.
struct SessionHints {
  std::optional<uid_t> login_uid;              // /proc/PID/loginuid
  std::optional<std::uint32_t> audit_session;  // /proc/PID/sessionid
  pid_t kernel_session = 0;                    // setsid(2); 0 where it could not be read
  bool operator==(const SessionHints&) const = default;
};

/// What open_session records: who is in, from where, by which program, and how that was decided.
struct Session {
  std::string id;    // 128 random bits in hex: names a session, and opens nothing
  std::string user;  // canonical
  uid_t uid = static_cast<uid_t>(-1);
  std::string service;
  std::string rhost;
  std::string tty;
  std::string ruser;
  /// The process that opened it: whoever descends from it stands in this session.
  ProcessId anchor;
  std::string boot_id;  // /proc/sys/kernel/random/boot_id: of which start of the machine
  std::string parent;   // the id of the session it was opened in; empty for none
  SessionHints hints;
  std::string rule;
  std::string rule_at;  // "file:line"
  bool observed = false;
  /// What was proven for it: of each factor its name and by whom, as people read it.
  std::vector<std::string> factors;
  std::int64_t opened = 0;  // wall clock, seconds since 1970
  std::optional<SessionEnding> ending;
  /// Whether the anchor is known to have ended. Until then, what descends from it stands in none,
  /// rather than in a session further up.
  bool anchor_gone = false;
};

inline constexpr std::size_t kSessionIdSize = 32;

}  // namespace usher
