// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <expected>
#include <span>
#include <string_view>

#include "usher/codec.h"
#include "usher/deadline.h"
#include "usher/secret.h"
#include "usher/unique_fd.h"

namespace usher {

enum class ChannelError : std::uint8_t {
  unreachable = 1,  // no socket, nobody listening, or no room in its queue in time
  hung_up,          // the peer is gone
  timed_out,        // the deadline passed
  woken,            // the wake descriptor became readable first
  malformed,        // not a message, or not one that is allowed now
  no_resources,     // this process may open no socket or map no memory: its limits, not the peer
};

/// A connected SEQPACKET socket and a packet buffer in locked memory, which is wiped before it is
/// used again. Move-only. One thread at a time. Never raises SIGPIPE, never blocks past a deadline.
class PacketSocket {
 public:
  /// `socket` is a connected AF_UNIX SOCK_SEQPACKET socket.
  explicit PacketSocket(UniqueFd socket) noexcept
      : socket_(static_cast<UniqueFd&&>(socket)), buffer_(kMaxPacket) {}

  /// Connects to `path` by `deadline`; the wait is for room in the listener's queue.
  static std::expected<UniqueFd, ChannelError> connect(std::string_view path,
                                                       Deadline deadline) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
      return std::unexpected(ChannelError::unreachable);
    std::memcpy(address.sun_path, path.data(), path.size());

    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    // A program that closed 0, 1 or 2 must not find our socket there when it writes to stderr.
    if (socket.valid() && socket.get() <= 2)
      socket.reset(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 3));
    if (!socket.valid()) return std::unexpected(ChannelError::no_resources);

    // Tried once even when no time is left: whoever can stop this process (SIGSTOP) must not be
    // able to make the daemon look away.
    for (;;) {
      const int left = deadline.remaining_milliseconds();
      const int patience = left > 0 ? left : 1;
      timeval limit{.tv_sec = patience / 1000, .tv_usec = (patience % 1000) * 1000L};
      if (::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
        return std::unexpected(ChannelError::no_resources);
      if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return socket;
      if (errno == ENOMEM || errno == ENOBUFS) return std::unexpected(ChannelError::no_resources);
      if (errno != EINTR || left == 0) return std::unexpected(ChannelError::unreachable);
    }
  }

  /// SO_PEERCRED: who was at the other end when it connected or began to listen; nothing where the
  /// kernel does not say.
  [[nodiscard]] std::expected<ucred, ChannelError> peer() const noexcept {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
        size != sizeof credentials)
      return std::unexpected(ChannelError::hung_up);
    return credentials;
  }

  /// False where memory for packets could not be had: then nothing is sent or received.
  [[nodiscard]] bool valid() const noexcept { return buffer_.valid(); }

  /// `message` must not hold views into a packet received here: the buffer is reused.
  template <typename Message>
  [[nodiscard]] std::expected<void, ChannelError> send(
      const Message& message, Deadline deadline, std::uint16_t version = kNewestVersion) noexcept {
    if (!buffer_.valid()) return std::unexpected(ChannelError::no_resources);
    const std::size_t size = encode(message, {buffer_.data(), buffer_.capacity()}, version);
    if (size == 0) return std::unexpected(ChannelError::malformed);
    buffer_.mark_written(size);
    const auto sent = send_packet(size, deadline);
    buffer_.wipe();
    return sent;
  }

  /// The next packet, of at most kMaxPacket bytes; it and views decoded from it hold until the next
  /// call. `wake` >= 0: a descriptor whose readability ends the wait.
  [[nodiscard]] std::expected<std::span<const std::uint8_t>, ChannelError> receive(
      Deadline deadline, int wake = -1) noexcept {
    if (!buffer_.valid()) return std::unexpected(ChannelError::no_resources);
    buffer_.wipe();
    for (;;) {
      const ssize_t size =
          ::recv(socket_.get(), buffer_.data(), buffer_.capacity(), MSG_DONTWAIT | MSG_TRUNC);
      if (size > 0) return accept(static_cast<std::size_t>(size));
      if (size == 0) return std::unexpected(ChannelError::hung_up);
      // A peer that closed with our last packet unread leaves ECONNRESET in front of what it had
      // sent before (a Restart, say); the error is reported once and the packet follows.
      if (errno == EINTR) continue;
      if (errno == ECONNRESET && !reset_seen_) {
        reset_seen_ = true;
        continue;
      }
      if (errno == ECONNRESET) return std::unexpected(ChannelError::hung_up);
      if (errno != EAGAIN && errno != EWOULDBLOCK)
        return std::unexpected(ChannelError::no_resources);
      if (const auto ready = wait(POLLIN, deadline, wake); !ready)
        return std::unexpected(ready.error());
    }
  }

  [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }
  /// Overwrites the last packet; for after a secret has been taken out of it.
  void wipe() noexcept { buffer_.wipe(); }

 private:
  std::expected<std::span<const std::uint8_t>, ChannelError> accept(std::size_t size) noexcept {
    buffer_.mark_written(size);
    if (size > buffer_.capacity()) return std::unexpected(ChannelError::malformed);
    return std::span<const std::uint8_t>(buffer_.data(), size);
  }

  std::expected<void, ChannelError> send_packet(std::size_t size, Deadline deadline) noexcept {
    for (;;) {
      if (::send(socket_.get(), buffer_.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return {};
      if (errno == EINTR) continue;
      if (errno == EPIPE || errno == ECONNRESET) return std::unexpected(ChannelError::hung_up);
      if (errno != EAGAIN && errno != EWOULDBLOCK)
        return std::unexpected(ChannelError::no_resources);
      if (const auto ready = wait(POLLOUT, deadline, -1); !ready)
        return std::unexpected(ready.error());
    }
  }

  std::expected<void, ChannelError> wait(short events, Deadline deadline, int wake) noexcept {
    for (;;) {
      const int left = deadline.remaining_milliseconds();
      pollfd watched[] = {{.fd = socket_.get(), .events = events, .revents = 0},
                          {.fd = wake, .events = POLLIN, .revents = 0}};
      const int ready = ::poll(watched, 2, left);
      // What has already arrived goes first: an answer given is past being interrupted, and one
      // that came while this process was stopped is not late.
      if (ready > 0 && watched[0].revents != 0) return {};
      if (ready > 0) return std::unexpected(ChannelError::woken);
      if (ready < 0 && errno != EINTR) return std::unexpected(ChannelError::no_resources);
      if (left == 0) return std::unexpected(ChannelError::timed_out);
    }
  }

  UniqueFd socket_;
  LockedMemory buffer_;
  bool reset_seen_ = false;
};

}  // namespace usher
