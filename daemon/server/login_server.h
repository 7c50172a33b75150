// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "daemon/audit/audit.h"
#include "daemon/host/clock.h"
#include "daemon/host/host.h"
#include "daemon/server/login_connection.h"
#include "daemon/serving/socket_server.h"

namespace usher {

/// What distinguishes one login socket from the other.
struct LoginSocketPlan {
  std::string name;  // "root.sock", for the audit
  SocketLimits limits;
  LoginTimes times;
  Versions versions = kSpokenVersions;  // of the wire
};

/// What the login sockets share with the rest of usherd; all of it outlives them.
struct LoginServerPorts {
  Host& host;
  const RulesInForce& rules;
  const Clock& clock;
  Audit& audit;
  const StopSignal& stop;
  Counters& counters;
};

/// One login socket: accepts callers and runs a LoginConnection for each, within its own limits.
/// Goes down in the order that SocketServer names.
class LoginServer {
 public:
  LoginServer(ListenSocket listener, LoginSocketPlan plan, const LoginServerPorts& ports,
              ServeRequest serve);

  [[nodiscard]] Result<void> start() { return server_.start(); }
  [[nodiscard]] bool is_serving(Deadline deadline) { return server_.is_serving(deadline); }
  void stop_accepting() { server_.stop_accepting(); }
  /// See SocketServer::drain. Afterwards writes down refusals that were only counted.
  [[nodiscard]] bool drain(Deadline deadline);

 private:
  const ServeRequest serve_;
  RefusalLog refusals_;
  LoginShared shared_;
  SocketServer server_;  // last: its threads use all of the above
};

}  // namespace usher
