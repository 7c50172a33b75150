// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "daemon/control/varlink.h"
#include "daemon/host/clock.h"
#include "daemon/host/host.h"
#include "daemon/host/keeper.h"
#include "daemon/policy/rules_in_force.h"
#include "daemon/sessions/session_register.h"
#include "daemon/store/store.h"

namespace usher {

/// Numbers for Status, taken at one moment.
struct DaemonStatus {
  std::string version;
  std::int64_t started = 0;   // seconds since 1970
  std::string configuration;  // the path of usher.toml
  std::uint64_t dialogues = 0;
  std::uint64_t accepted = 0;
  std::uint64_t denied = 0;
  std::uint64_t observed = 0;
  std::uint64_t refused = 0;
};

/// Why a reload changed nothing.
struct ReloadFailure {
  bool in_configuration = false;  // a mistake for the administrator to mend, as against a failure
  std::string text;               // the findings, rendered, or what failed
};

/// Who is calling, as the kernel says (SO_PEERCRED).
struct ControlPeer {
  pid_t pid = -1;
  uid_t uid = static_cast<uid_t>(-1);
  ProcessId process;     // not known() where it could not be told for certain
  bool trusted = false;  // root, or usherd's own uid
};

/// What the methods work on. Whoever makes it keeps what it points to alive; all of it may be used
/// by many threads at once.
struct ControlPorts {
  Host& host;
  Keeper& keeper;
  Store& store;
  SessionRegister& sessions;
  const Clock& clock;
  const RulesInForce& rules;
  std::string audit_file;  // empty where there is none
  std::function<DaemonStatus()> status;
  /// Loads the configuration anew on behalf of a peer.
  std::function<std::expected<void, ReloadFailure>(const ControlPeer&)> reload;
};

/// Carries out one call: finds the method, checks that this peer may call it, runs it.
[[nodiscard]] VarlinkReply call_method(const VarlinkCall& call, const ControlPeer& peer,
                                       ControlPorts& ports);

/// The method ExplainEvent: what an event of the audit file was judged by and what came of it, and,
/// while the rules it was judged by are in force, each rule's part in it.
[[nodiscard]] VarlinkReply explain_event_method(const Json& parameters, const ControlPeer& peer,
                                                ControlPorts& ports);

/// The method Readiness: what the rules that only observe would make, if they counted, of each kind
/// of login that they let pass.
[[nodiscard]] VarlinkReply readiness_method(const Json& parameters, const ControlPeer& peer,
                                            ControlPorts& ports);

// The methods about sessions, as the interface has them.
[[nodiscard]] VarlinkReply sessions_method(const Json& parameters, const ControlPeer& peer,
                                           ControlPorts& ports);
[[nodiscard]] VarlinkReply get_session_method(const Json& parameters, const ControlPeer& peer,
                                              ControlPorts& ports);
[[nodiscard]] VarlinkReply history_method(const Json& parameters, const ControlPeer& peer,
                                          ControlPorts& ports);
[[nodiscard]] VarlinkReply end_sessions_method(const Json& parameters, const ControlPeer& peer,
                                               ControlPorts& ports);
[[nodiscard]] VarlinkReply who_am_i_method(const Json& parameters, const ControlPeer& peer,
                                           ControlPorts& ports);

/// The methods ListBypasses and ListBreakglass, as the interface has them.
[[nodiscard]] VarlinkReply list_bypasses_method(const Json& parameters, const ControlPeer& peer,
                                                ControlPorts& ports);
[[nodiscard]] VarlinkReply list_breakglass_method(const Json& parameters, const ControlPeer& peer,
                                                  ControlPorts& ports);

/// The method Explain: what the rules in force would make of an imagined request.
[[nodiscard]] VarlinkReply explain_method(const Json& parameters, const ControlPeer& peer,
                                          ControlPorts& ports);

}  // namespace usher
