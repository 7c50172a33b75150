// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <thread>

#include "daemon/model/result.h"
#include "daemon/serving/keyed_limit.h"
#include "daemon/serving/listen_socket.h"
#include "daemon/serving/stop_signal.h"
#include "daemon/serving/thread_set.h"
#include "usher/deadline.h"
#include "usher/unique_fd.h"

namespace usher {

/// Who may speak for anyone: root, and usherd's own uid, which could replace usherd anyway.
[[nodiscard]] bool is_trusted(uid_t uid) noexcept;

/// How many connections a socket holds at once.
struct SocketLimits {
  std::size_t total = 0;
  /// For each person who is not root, also behind a program that speaks as root (su, sudo).
  std::size_t per_person = 0;
  /// Of `total`, what all these people together can't use up.
  std::size_t reserved_for_root = 0;
  /// Nobody else is served here at all.
  bool trusted_only = false;
};

/// Accepts connections at one socket and gives each a thread. Whoever is over a limit is closed at
/// once, unread. Idle, it sleeps in poll(2) without a timeout.
///
/// Going down has an order: stop_accepting() first, so that a module which is told to come back
/// meets no socket of ours but the next one's; then the signal that the connections watch; then
/// drain(). One thread starts and stops it.
class SocketServer {
 public:
  /// Serves one connection to its end; called in many threads at once, and bounded in time by its
  /// own deadlines.
  using Serve = std::function<void(UniqueFd connection, const ucred& peer)>;
  /// Told of each connection that was closed unserved, and why; called in the accepting thread.
  using Refused = std::function<void(const ucred& peer, const char* reason)>;

  SocketServer(ListenSocket listener, SocketLimits limits, Serve serve, Refused refused);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  /// Stops accepting and waits for every connection to end, however long that takes.
  ~SocketServer();

  [[nodiscard]] Result<void> start();
  /// Closes the socket. Who is in its queue by then is still served, unless systemd keeps the queue
  /// for whoever comes after us. Returns once that is done; may be called again.
  void stop_accepting();
  /// Waits until no connection is left; false where `deadline` passed first.
  [[nodiscard]] bool drain(Deadline deadline) const { return threads_.wait_until_empty(deadline); }

 private:
  void accept_until_stopped();
  [[nodiscard]] bool accept_one();
  [[nodiscard]] const char* admit(UniqueFd& connection, const ucred& peer);

  ListenSocket listener_;
  const SocketLimits limits_;
  const Serve serve_;
  const Refused refused_;
  KeyedLimit<uid_t> people_;
  ThreadSet threads_;
  std::optional<StopSignal> closing_;
  std::thread acceptor_;
};

}  // namespace usher
