// SPDX-License-Identifier: Apache-2.0
#include "ctl/control_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "ctl/endpoints.h"
#include "usher/deadline.h"
#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

using Kind = ControlFailure::Kind;

std::unexpected<ControlFailure> failed(Kind kind, std::string detail = {}) {
  return std::unexpected(ControlFailure{.kind = kind, .detail = std::move(detail)});
}

std::unexpected<ControlFailure> unreachable(int why) {
  return failed(Kind::unreachable, std::generic_category().message(why));
}

std::expected<UniqueFd, ControlFailure> connect(const std::string& path, Deadline deadline) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.empty() || path.size() >= sizeof address.sun_path || path.contains('\0'))
    return unreachable(ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());

  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return unreachable(errno);
  for (;;) {
    const int left = deadline.remaining_milliseconds();
    if (left == 0) return failed(Kind::timed_out);
    // What bounds connect(2) where the listener's queue is full; see unix(7).
    const timeval patience{.tv_sec = left / 1000, .tv_usec = (left % 1000) * 1000L};
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
      return unreachable(errno);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return socket;
    if (errno == EAGAIN) return failed(Kind::timed_out);
    if (errno != EINTR) return unreachable(errno);
  }
}

bool is_trusted(const UniqueFd& socket, const std::string& path) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == expected_server_of(path);
}

/// Whether the socket became ready before the deadline.
bool wait(const UniqueFd& socket, short events, Deadline deadline) {
  for (;;) {
    pollfd watched{.fd = socket.get(), .events = events, .revents = 0};
    const int left = deadline.remaining_milliseconds();
    const int ready = ::poll(&watched, 1, left);
    if (ready > 0) return true;
    if ((ready < 0 && errno != EINTR) || left == 0) return false;
  }
}

std::expected<void, ControlFailure> send(const UniqueFd& socket, std::string_view bytes,
                                         Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait(socket, POLLOUT, deadline)) return failed(Kind::timed_out);
    } else if (errno != EINTR) {
      return failed(Kind::hung_up);
    }
  }
  return {};
}

/// Everything up to the NUL, which must be the last byte: no reply follows a reply.
std::expected<std::string, ControlFailure> receive(const UniqueFd& socket, Deadline deadline) {
  std::string reply;
  std::array<char, 16384> chunk{};
  for (;;) {
    const ssize_t got = ::recv(socket.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got == 0) return failed(Kind::hung_up);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) return failed(Kind::hung_up);
    if (got < 0) {
      if (!wait(socket, POLLIN, deadline)) return failed(Kind::timed_out);
      continue;
    }
    reply.append(chunk.data(), static_cast<std::size_t>(got));
    if (reply.size() > kMaxControlReply) return failed(Kind::malformed);
    const std::size_t end = reply.find('\0', reply.size() - static_cast<std::size_t>(got));
    if (end == std::string::npos) {
      // A trickle of bytes must not outlast the deadline.
      if (deadline.passed()) return failed(Kind::timed_out);
      continue;
    }
    if (end + 1 != reply.size()) return failed(Kind::malformed);
    reply.pop_back();
    return reply;
  }
}

}  // namespace

std::expected<Json, ControlFailure> call_control(const std::string& path, std::string_view method,
                                                 const Json& parameters,
                                                 std::int64_t milliseconds) {
  const Deadline deadline = Deadline::after(milliseconds);
  const auto socket = connect(path, deadline);
  if (!socket) return std::unexpected(socket.error());
  if (!is_trusted(*socket, path)) return failed(Kind::untrusted);

  std::string call = Json{{"method", method}, {"parameters", parameters}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
  call.push_back('\0');
  if (const auto sent = send(*socket, call, deadline); !sent) return std::unexpected(sent.error());
  const auto reply = receive(*socket, deadline);
  if (!reply) return std::unexpected(reply.error());
  return read_reply(*reply);
}

}  // namespace usher::ctl
