// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "daemon/host/host.h"
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
  /// For each outsider: a person who is not root, also behind a program that speaks as root (su,
  /// sudo), or a remote host.
  std::size_t per_outsider = 0;
  /// Of `total`, what all outsiders together can't use up.
  std::size_t reserved_for_root = 0;
  /// Nobody else is served here at all.
  bool trusted_only = false;
  /// Nobody without an account is served, and all whose account was not looked up yet share one
  /// small part of the room: a user may own thousands of uids (subuid(5)), each of which had a
  /// share.
  bool accounts_only = false;
};

/// Accepts connections at one socket and gives each a thread. Whoever is over a limit is closed at
/// once, unread. Idle, it sleeps in poll(2) without a timeout. Where the socket can't be waited at
/// for three seconds it ends the process: usherd must not look alive while nobody can reach it.
///
/// Going down has an order: stop_accepting() first, so that a module which is told to come back
/// meets no socket of ours but the next one's; then the signal that the connections watch; then
/// drain(). One thread starts and stops it.
class SocketServer {
 public:
  /// Who is counted: "uid 1000" or "host 192.0.2.7".
  using Outsiders = KeyedLimit<std::string>;
  /// Serves one connection to its end; called in many threads at once, and bounded in time by its
  /// own deadlines. `person`: see person_behind(); others than root are counted already.
  using Serve = std::function<void(UniqueFd connection, const ucred& peer, uid_t person)>;
  /// Told of each connection that was closed unserved, and why; called in the accepting thread or
  /// the connection's own.
  using Refused = std::function<void(const ucred& peer, const char* reason)>;

  /// `host` tells who is behind a program that speaks as root and who has an account; it outlives
  /// the server.
  SocketServer(ListenSocket listener, SocketLimits limits, Host& host, Serve serve,
               Refused refused);
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
  /// Whether the accepting thread goes about its work: it answers before `deadline`.
  [[nodiscard]] bool is_serving(Deadline deadline);
  /// For counting those who turn out to speak for a remote host, among all outsiders.
  [[nodiscard]] Outsiders& outsiders() noexcept { return outsiders_; }

 private:
  enum class Wake : std::uint8_t { caller = 1, closing, knock, failed };
  [[nodiscard]] Wake wait_for_caller() const;
  void answer_knock();
  void accept_until_stopped();
  [[nodiscard]] bool accept_one();
  struct Admitted;
  [[nodiscard]] const char* admit(UniqueFd& connection, const ucred& peer);
  void serve(Admitted& admitted);
  [[nodiscard]] const char* introduce(Admitted& stranger);
  [[nodiscard]] bool is_acquainted(uid_t person);

  ListenSocket listener_;
  const SocketLimits limits_;
  Host& host_;
  const Serve serve_;
  const Refused refused_;
  Outsiders outsiders_;
  std::mutex mutex_;
  std::set<uid_t> acquainted_;  // uids that were found to have an account; guarded by mutex_
  ThreadSet threads_;
  std::optional<StopSignal> closing_;
  UniqueFd knock_;              // eventfd(2)
  std::uint64_t knocks_ = 0;    // guarded by mutex_
  std::uint64_t answered_ = 0;  // of these; guarded by mutex_
  std::condition_variable knock_answered_;
  std::thread acceptor_;
};

}  // namespace usher
