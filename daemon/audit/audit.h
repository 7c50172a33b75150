// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/factor.h"
#include "daemon/model/judged.h"
#include "daemon/model/proof.h"
#include "daemon/model/request.h"
#include "daemon/model/result.h"
#include "daemon/model/rule.h"

namespace usher {

/// The kinds of event. Each has an id that never changes and a paragraph in docs/events.md.
enum class EventKind : std::uint8_t {
  login_accepted = 1,
  login_denied,
  dialogue_aborted,  // the person or the program broke off, or time ran out: no verdict was sought
  account_accepted,
  account_denied,
  session_opened,
  session_denied,
  session_closed,
  session_revoked,   // ended by hand, while its processes go on
  request_observed,  // a rule that only observes decided; nothing came of it
  request_refused,   // not allowed to ask: a stranger's user, a phase that is not served
  credential_changed,
  credential_refused,
  service_started,
  service_stopped,
  rules_loaded,
  rules_rejected,
  recovery_used,       // a login with a recovery code
  bypass_used,         // a login with a bypass of the help desk's
  breakglass_used,     // a login with a break-glass secret
  breakglass_refused,  // somebody tried one, or used one where none counts
  credential_tested,   // `breakglass test`: nothing was changed
};

/// The id as it stands in the log, such as "login-accepted".
[[nodiscard]] std::string_view id_of(EventKind kind) noexcept;

/// One line of the audit log. Holds no secret and nothing a secret could be computed from.
struct AuditEvent {
  EventKind kind{};
  /// 128 random bits in hex: what `usherctl log` and a bug report name an event by.
  std::string id;
  std::int64_t time_microseconds = 0;  // wall clock, since 1970
  std::int64_t latency_microseconds = 0;
  Request request;
  std::string person;  // canonical name; empty where the user is unknown
  std::string rule;    // the rule's name; empty where none matched
  SourcePosition rule_at;
  std::string rules_version;
  std::vector<Factor> asked;
  std::vector<Factor> held;   // what was proven; for the administrator only
  std::vector<Proof> before;  // of `held`, what somebody else had verified before
  std::string session;        // the id of the session it is about, or that the caller stands in
  std::string reason;
  std::optional<Judged> judged;  // none where no rule was asked
};

/// The port to the audit log. Implementations may be called from many threads at once.
class Audit {
 public:
  virtual ~Audit() = default;
  /// Writes the event down, whole. An Error means that it is not recorded, and then a success must
  /// not be answered.
  [[nodiscard]] virtual Result<void> record(const AuditEvent& event) = 0;

 protected:
  Audit() = default;
  Audit(const Audit&) = default;
  Audit& operator=(const Audit&) = default;
};

}  // namespace usher
