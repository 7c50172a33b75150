// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "daemon/host/host.h"
#include "daemon/login/dialogue.h"
#include "daemon/model/request.h"
#include "daemon/model/verdict.h"
#include "daemon/policy/rules_in_force.h"
#include "daemon/server/counters.h"
#include "daemon/server/refusal_log.h"
#include "daemon/serving/socket_server.h"
#include "daemon/serving/stop_signal.h"
#include "usher/channel.h"

namespace usher {

/// Serves one request to its audited verdict; none where there is nobody left to answer. What the
/// login room does, and tests replace.
using ServeRequest = std::function<std::optional<VerdictResult>(const Request&, Dialogue&)>;

struct LoginTimes {
  std::int64_t begin_milliseconds = 5'000;       // from connecting to Begin
  std::int64_t prompt_milliseconds = 120'000;    // for one answer
  std::int64_t dialogue_milliseconds = 300'000;  // from Begin to the verdict
};

/// What the connections of one login socket share. All of it is thread-safe and outlives them.
struct LoginShared {
  const ServeRequest& serve;
  const LoginTimes times;
  const Versions versions;
  Host& host;
  const RulesInForce& rules;
  const StopSignal& stop;
  Counters& counters;
  RefusalLog& refusals;
};

/// One connection of a login socket, from Hello to the verdict. One thread.
class LoginConnection {
 public:
  /// `person`: whose connection it is (person_behind()). Only root's is not counted in `outsiders`
  /// yet; where it speaks for a remote host, that is counted there now.
  LoginConnection(UniqueFd socket, const ucred& peer, uid_t person, LoginShared& shared,
                  SocketServer::Outsiders& outsiders);

  /// Serves it to its end. Time is bounded by LoginTimes and by what `serve` itself takes.
  void run();

 private:
  [[nodiscard]] bool greet();
  [[nodiscard]] std::optional<Request> hear_request();
  [[nodiscard]] std::optional<std::span<const std::uint8_t>> receive();
  [[nodiscard]] std::optional<VerdictResult> decide(const Request& request);
  void serve(const Request& request);
  void refuse(const Request& request, const std::string& reason, int pam_code);
  void answer(const VerdictResult& verdict, Phase phase);

  LoginShared& shared_;
  SocketServer::Outsiders& outsiders_;
  Caller caller_;
  Channel channel_;
  const Deadline begin_by_;
};

}  // namespace usher
