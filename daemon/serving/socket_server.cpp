// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/socket_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/serving/person_behind.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

/// All that a connection's thread takes with it; shared, since std::function wants copies.
struct Admitted {
  UniqueFd connection;
  std::optional<KeyedLimit<uid_t>::Ticket> place;
};

std::optional<ucred> peer_of(const UniqueFd& connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
      size != sizeof peer)
    return std::nullopt;
  return peer;
}

std::size_t open_to_people(const SocketLimits& limits) {
  return limits.total > limits.reserved_for_root ? limits.total - limits.reserved_for_root : 0;
}

}  // namespace

bool is_trusted(uid_t uid) noexcept { return uid == 0 || uid == ::geteuid(); }

SocketServer::SocketServer(ListenSocket listener, SocketLimits limits, Serve serve, Refused refused)
    : listener_(std::move(listener)),
      limits_(limits),
      serve_(std::move(serve)),
      refused_(std::move(refused)),
      people_(open_to_people(limits), limits.per_person),
      threads_(limits.total) {}

SocketServer::~SocketServer() { stop_accepting(); }

Result<void> SocketServer::start() {
  // poll may wake us for a connection that another process, sharing a socket from systemd, takes.
  const int flags = ::fcntl(listener_.descriptor(), F_GETFL);
  if (flags < 0 || ::fcntl(listener_.descriptor(), F_SETFL, flags | O_NONBLOCK) != 0)
    return failure("can't make the listening socket non-blocking");
  auto closing = StopSignal::create();
  if (!closing) return std::unexpected(closing.error());
  closing_.emplace(std::move(*closing));
  try {
    acceptor_ = std::thread([this] { accept_until_stopped(); });
  } catch (const std::system_error& error) {
    return failure(fmt::format("can't start a thread: {}", error.what()));
  }
  return {};
}

void SocketServer::stop_accepting() {
  if (!acceptor_.joinable()) return;
  closing_->raise();
  acceptor_.join();
}

void SocketServer::accept_until_stopped() {
  for (;;) {
    std::array<pollfd, 2> watched{{{.fd = closing_->descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = listener_.descriptor(), .events = POLLIN, .revents = 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
    if (watched[0].revents != 0) break;
    if (watched[1].revents != 0) static_cast<void>(accept_one());
  }
  if (listener_.refuse_more())
    while (accept_one()) {
    }
  listener_.close();
}

bool SocketServer::accept_one() {
  UniqueFd connection(::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection.valid()) {
    // Out of descriptors or memory the connection stays in the queue and poll returns at once: a
    // short rest, which closing still ends, keeps that from eating a processor.
    pollfd closing{.fd = closing_->descriptor(), .events = POLLIN, .revents = 0};
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      ::poll(&closing, 1, 100);
    return false;
  }
  try {
    const std::optional<ucred> peer = peer_of(connection);
    if (!peer) return true;
    if (const char* refusal = admit(connection, *peer)) {
      connection.reset();
      refused_(*peer, refusal);
    }
  } catch (const std::exception& error) {
    report_trouble(fmt::format("a connection was lost: {}", error.what()));
  }
  return true;
}

const char* SocketServer::admit(UniqueFd& connection, const ucred& peer) {
  if (limits_.trusted_only && !is_trusted(peer.uid)) return "this socket is for root";
  const uid_t person = person_behind(peer);
  const bool counted = !is_trusted(person);
  auto place = counted ? people_.enter(person) : std::nullopt;
  if (counted && !place) return "too many connections, in all or of this user";
  auto admitted = std::make_shared<Admitted>(Admitted{std::move(connection), std::move(place)});
  const bool started =
      threads_.start([this, admitted, peer] { serve_(std::move(admitted->connection), peer); });
  return started ? nullptr : "no room for another thread";
}

}  // namespace usher
