// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "daemon/config/config.h"
#include "daemon/host/clock.h"
#include "daemon/host/host.h"
#include "daemon/serving/hash_gate.h"
#include "daemon/serving/socket_server.h"
#include "daemon/serving/stop_signal.h"
#include "keeper/askers.h"
#include "keeper/connection.h"
#include "keeper/guess_limit.h"
#include "keeper/quiet_log.h"
#include "keeper/shadow_file.h"
#include "keeper/verifier.h"

namespace usher {

/// usher-keeper put together. Opened, started and stopped by one thread; serves with many.
class KeeperServer {
 public:
  /// Takes or makes the socket, and gives up what it took to do so: on return the process is a
  /// plain user's. Nothing is served yet. An Error says what is wrong and what to do about it.
  [[nodiscard]] static Result<std::unique_ptr<KeeperServer>> open(const Settings& settings);

  KeeperServer(const KeeperServer&) = delete;
  KeeperServer& operator=(const KeeperServer&) = delete;
  ~KeeperServer() { stop_.raise(); }

  [[nodiscard]] Result<void> start() { return server_.start(); }
  /// Serves nobody new, and gives those that are being served three seconds. False where some were
  /// not done by then: destroying this would wait for them.
  [[nodiscard]] bool stop();

 private:
  KeeperServer(ListenSocket listener, const Askers& askers, ShadowFile shadow, std::string fallback,
               StopSignal stop);

  const SystemClock clock_;
  LinuxHost host_;
  const Askers askers_;
  const ShadowFile shadow_;
  StopSignal stop_;
  QuietLog log_{clock_};
  GuessLimit limit_{clock_};
  HashGate gate_;
  Verifier verifier_;
  // Last: its threads use all of the above.
  SocketServer server_;
};

}  // namespace usher
