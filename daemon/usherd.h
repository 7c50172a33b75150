// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/audit/paced_audit.h"
#include "daemon/config/config.h"
#include "daemon/control/methods.h"
#include "daemon/factors/otp.h"
#include "daemon/factors/password.h"
#include "daemon/host/bounded_host.h"
#include "daemon/host/clock.h"
#include "daemon/host/keeper.h"
#include "daemon/login/login.h"
#include "daemon/policy/rules_in_force.h"
#include "daemon/reloader.h"
#include "daemon/server/counters.h"
#include "daemon/server/login_server.h"
#include "daemon/serving/hash_gate.h"
#include "daemon/serving/socket_server.h"
#include "daemon/serving/stop_signal.h"
#include "daemon/serving/systemd_sockets.h"
#include "daemon/store/store.h"

namespace usher {

/// The sockets that systemd hands over to usherd, by name: "root", "self" and "control". See
/// take_systemd_sockets().
[[nodiscard]] Result<SystemdDescriptors> take_usherd_sockets();

/// usherd put together: what it keeps, what it computes with, and the three sockets it answers at.
/// Started, reloaded and stopped by one thread; serves with many.
class Usherd {
 public:
  /// Opens all that logins need and begins to serve. An Error says what is wrong, where, and what
  /// to do about it; then nothing serves.
  [[nodiscard]] static Result<std::unique_ptr<Usherd>> start(const std::filesystem::path& file,
                                                             Configuration configuration);

  Usherd(const Usherd&) = delete;
  Usherd& operator=(const Usherd&) = delete;
  ~Usherd() { parts_.stop.raise(); }

  /// Asks for groups anew, too; else see Reloader.
  void reload();
  /// Whether whoever connects to any of the sockets is taken in; it is found out before `deadline`.
  [[nodiscard]] bool is_serving(Deadline deadline);
  /// Serves nobody new, tells those who wait for a person to come back, and gives those past their
  /// last answer three seconds. False where some were not done by then: destroying this would wait
  /// for them.
  [[nodiscard]] bool stop();

 private:
  /// What start() opens before there is anything to build on.
  struct Parts {
    StopSignal stop;
    std::unique_ptr<Store> store;
    std::unique_ptr<Audit> audit;
    std::unique_ptr<Keeper> keeper;
    std::unique_ptr<HashGate> gate;
    PasswordFactor password;
  };
  [[nodiscard]] static Result<Parts> open_parts(const Settings& settings);

  Usherd(const std::filesystem::path& file, Configuration configuration, Parts parts);
  [[nodiscard]] Result<void> open_sockets(const Settings& settings);
  void take_over(const std::map<std::string, UniqueFd>& left);
  [[nodiscard]] Result<void> record(EventKind kind, std::string reason);
  [[nodiscard]] DaemonStatus status() const;
  [[nodiscard]] std::expected<void, ReloadFailure> reload_for(const Caller& asked_by);
  void serve_control(UniqueFd connection, const ucred& peer);

  const std::filesystem::path file_;
  const SystemClock clock_;
  const std::int64_t started_at_;  // wall clock, microseconds
  BoundedHost host_;
  Counters counters_;
  Parts parts_;
  PacedAudit paced_;  // for requests; what happens to usherd itself is written as it comes
  OtpFactor otp_;
  RecoveryFactor recovery_;
  Transactions transactions_;
  SessionRegister sessions_;
  RulesInForce rules_;
  Reloader reloader_;
  LoginPorts login_;
  ControlPorts control_;
  // Last: their threads use all of the above.
  std::unique_ptr<LoginServer> root_server_;
  std::unique_ptr<LoginServer> self_server_;
  std::unique_ptr<SocketServer> control_server_;
};

}  // namespace usher
