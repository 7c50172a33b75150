// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "daemon/audit/audit.h"

namespace usher {

/// What is fixed about one kind of event.
struct EventKindRow {
  EventKind kind;
  std::string_view id;
  std::string_view outcome;     // the word a filter looks for
  std::string_view message_id;  // MESSAGE_ID of the journal (sd-id128), 32 hex digits
  int priority;                 // of syslog(3), for the journal
};

/// Every kind, once. Ids are for ever: tools and docs/events.md name events by them.
inline constexpr std::array kEventKinds = {
    EventKindRow{EventKind::login_accepted, "login-accepted", "accepted",
                 "a23ea1fdc3fe47abac037b3e6d650614", 6},
    EventKindRow{EventKind::login_denied, "login-denied", "denied",
                 "498367eb5c2d4631bf0896a711c1b2b1", 5},
    EventKindRow{EventKind::dialogue_aborted, "dialogue-aborted", "aborted",
                 "aa400417b1cc452a88476c93adcfbc2b", 6},
    EventKindRow{EventKind::account_accepted, "account-accepted", "accepted",
                 "a0e0120db07d4635a436534d02e0ff48", 6},
    EventKindRow{EventKind::account_denied, "account-denied", "denied",
                 "f03e6a94a5d04b5c888512a7d09f7ad9", 5},
    EventKindRow{EventKind::session_opened, "session-opened", "opened",
                 "fab5bc1ff510447cb5c9f23d804dc692", 6},
    EventKindRow{EventKind::session_denied, "session-denied", "denied",
                 "8448a0d643444e99a074ea17c8f4f278", 5},
    EventKindRow{EventKind::session_closed, "session-closed", "closed",
                 "2f8817d43f9c4748a832bbc82f25685b", 6},
    EventKindRow{EventKind::session_revoked, "session-revoked", "revoked",
                 "6d1c0f7be22a4a0c9a5a3be0f4c2d9e7", 5},
    EventKindRow{EventKind::request_observed, "request-observed", "observed",
                 "5c6cb2f0c1d84d5d8a3e5cf7a1be0f39", 6},
    EventKindRow{EventKind::request_refused, "request-refused", "refused",
                 "a81236e486424d7da6789f5d7721ec0e", 4},
    EventKindRow{EventKind::credential_changed, "credential-changed", "changed",
                 "4a58243d17c947b2ba7a5650bebd0894", 5},
    EventKindRow{EventKind::credential_refused, "credential-refused", "refused",
                 "1ac961b0264e4461b0c1e450f018d44d", 5},
    EventKindRow{EventKind::service_started, "service-started", "started",
                 "be4d02f27ddb4aa8a1ef6593bd1da874", 6},
    EventKindRow{EventKind::service_stopped, "service-stopped", "stopped",
                 "a1480c4fa22e4057b4971ab5dcf141db", 6},
    EventKindRow{EventKind::rules_loaded, "rules-loaded", "loaded",
                 "a05b76752b4f4a54b8cd8b5aaefcf986", 5},
    EventKindRow{EventKind::rules_rejected, "rules-rejected", "rejected",
                 "f5c960ca0f6146e2811bcb8560f46b39", 3},
    EventKindRow{EventKind::recovery_used, "recovery-used", "accepted",
                 "b98106304e8a44f7aa718c1d300f8d96", 4},
    EventKindRow{EventKind::bypass_used, "bypass-used", "accepted",
                 "a3543a1ec8854014a77c9df372f100e9", 4},
    EventKindRow{EventKind::breakglass_used, "breakglass-used", "accepted",
                 "d843ea2b819d4f3cac73568e1e1422e2", 1},
    EventKindRow{EventKind::breakglass_refused, "breakglass-refused", "denied",
                 "db5686f770d14b8fa75d873030ca20c3", 2},
    EventKindRow{EventKind::credential_tested, "credential-tested", "tested",
                 "326843e01d7c42e5a1cc8471257ba969", 5},
};

/// The row of `kind`; for a value that is no kind, a row whose id is "unknown".
[[nodiscard]] const EventKindRow& row_of(EventKind kind) noexcept;

}  // namespace usher
