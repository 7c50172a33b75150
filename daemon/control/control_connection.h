// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/control/methods.h"
#include "usher/deadline.h"
#include "usher/unique_fd.h"

namespace usher {

/// One connection of the control socket: calls and replies in turn until the peer closes, a call
/// takes longer than the patience to arrive or its reply to be taken, the connection has had its
/// time or its number of calls, or usherd stops. One thread.
class ControlConnection {
 public:
  static constexpr std::int64_t kPatienceMilliseconds = 10'000;
  static constexpr std::int64_t kLifetimeMilliseconds = 30'000;
  static constexpr int kMostCalls = 100;

  /// `stop` is a descriptor that becomes readable when usherd stops; it and `ports` must outlive
  /// the connection.
  ControlConnection(UniqueFd socket, const ControlPeer& peer, ControlPorts& ports, int stop,
                    std::int64_t patience_milliseconds = kPatienceMilliseconds,
                    std::int64_t lifetime_milliseconds = kLifetimeMilliseconds)
      : socket_(static_cast<UniqueFd&&>(socket)),
        peer_(peer),
        ports_(ports),
        stop_(stop),
        patience_milliseconds_(patience_milliseconds),
        over_by_(Deadline::after(lifetime_milliseconds)) {}

  void run();

 private:
  [[nodiscard]] std::optional<std::string> next_call();
  [[nodiscard]] bool send(const std::string& reply);
  [[nodiscard]] Deadline patience() const {
    return Deadline::after(patience_milliseconds_).or_earlier(over_by_);
  }
  [[nodiscard]] bool wait(short events, Deadline deadline);

  UniqueFd socket_;
  const ControlPeer peer_;
  ControlPorts& ports_;
  const int stop_;
  const std::int64_t patience_milliseconds_;
  const Deadline over_by_;
  std::string received_;  // what came after the last whole call
};

}  // namespace usher
