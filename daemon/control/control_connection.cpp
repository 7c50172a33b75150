// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/control_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace usher {

void ControlConnection::run() {
  for (int calls = 0; calls < kMostCalls; ++calls) {
    const std::optional<std::string> text = next_call();
    if (!text) return;
    const std::optional<VarlinkCall> call = parse_call(*text);
    if (!call) return;  // who does not speak Varlink would not understand an error either
    const VarlinkReply reply = call_method(*call, peer_, ports_);
    if (!call->oneway && !send(frame_reply(reply))) return;
  }
}

std::optional<std::string> ControlConnection::next_call() {
  const Deadline deadline = patience();
  std::size_t searched = 0;
  for (;;) {
    if (const std::size_t end = received_.find('\0', searched); end != std::string::npos) {
      if (end > kMaxControlCall) return std::nullopt;
      std::string call = received_.substr(0, end);
      received_.erase(0, end + 1);
      return call;
    }
    searched = received_.size();
    if (searched > kMaxControlCall || !wait(POLLIN, deadline)) return std::nullopt;
    std::array<char, 4096> chunk{};
    const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return std::nullopt;
    received_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool ControlConnection::send(const std::string& reply) {
  const Deadline deadline = patience();
  std::size_t sent = 0;
  while (sent < reply.size()) {
    const ssize_t taken = ::send(socket_.get(), reply.data() + sent, reply.size() - sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0) {
      sent += static_cast<std::size_t>(taken);
      continue;
    }
    if (taken < 0 && errno == EINTR) continue;
    if (taken == 0 || errno != EAGAIN || !wait(POLLOUT, deadline)) return false;
  }
  return true;
}

bool ControlConnection::wait(short events, Deadline deadline) {
  for (;;) {
    const int left = deadline.remaining_milliseconds();
    if (left == 0) return false;
    std::array<pollfd, 2> watched{{{.fd = socket_.get(), .events = events, .revents = 0},
                                   {.fd = stop_, .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(watched.data(), watched.size(), left);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    return watched[1].revents == 0;
  }
}

}  // namespace usher
