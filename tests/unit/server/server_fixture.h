// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/serving/listen_socket.h"
#include "daemon/serving/stop_signal.h"
#include "usher/channel.h"

namespace usher::testing {

inline Deadline soon() { return Deadline::after(60'000); }

/// A directory of the test's own (mode 0700) for sockets.
class SocketDirectory {
 public:
  SocketDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "usher-sock-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory_ = name;
  }
  SocketDirectory(const SocketDirectory&) = delete;
  SocketDirectory& operator=(const SocketDirectory&) = delete;
  ~SocketDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return directory_; }
  [[nodiscard]] std::string socket() const { return (directory_ / "test.sock").string(); }

 private:
  std::filesystem::path directory_;
};

inline ListenSocket listen_or_throw(const std::string& path, int type = SOCK_SEQPACKET) {
  auto made = ListenSocket::listen_at({.path = path, .type = type, .mode = 0600, .backlog = 64});
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

inline StopSignal stop_or_throw() {
  auto made = StopSignal::create();
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

/// Connects `socket`; errno says why not.
inline bool connect_at(const UniqueFd& socket, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Connects, or returns an invalid descriptor with errno set.
inline UniqueFd connect_to(const std::string& path, int type = SOCK_SEQPACKET) {
  UniqueFd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!connect_at(socket, path)) socket.reset();
  return socket;
}

/// True once the peer has closed; waits for that, and passes over what it sent before.
inline bool is_closed_by_peer(int socket) {
  for (;;) {
    pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, 60'000) <= 0) return false;
    char byte = 0;
    if (::recv(socket, &byte, 1, MSG_DONTWAIT) <= 0) return true;
  }
}

/// A module's end of a dialogue, one step per call.
class TestModule {
 public:
  explicit TestModule(UniqueFd socket) : channel_(std::move(socket), Side::module) {}
  explicit TestModule(const std::string& path) : TestModule(connect_to(path)) {}

  [[nodiscard]] bool greet() { return greeted_with(kSpokenVersions).has_value(); }
  /// What the daemon says to one that speaks these versions; the dialogue goes on in the newest.
  [[nodiscard]] std::optional<Hello> greeted_with(Versions versions) {
    if (!channel_.send(Hello{.oldest = versions.oldest, .newest = versions.newest}, soon()))
      return std::nullopt;
    const auto hello = expect<Hello>();
    if (hello) channel_.speak(hello->newest);
    return hello;
  }
  [[nodiscard]] bool begin(const Begin& begin) { return channel_.send(begin, soon()).has_value(); }
  /// Hello and Begin for `user` at service "test".
  [[nodiscard]] bool open(std::string_view user = "alice", std::string_view rhost = {}) {
    return greet() && begin({.phase = Phase::authenticate,
                             .service = "test",
                             .user = user,
                             .tty = "tty1",
                             .rhost = rhost});
  }
  [[nodiscard]] bool answer(std::string_view text) {
    return channel_.send(Answer{.secret = text}, soon()).has_value();
  }
  [[nodiscard]] bool cancel() { return channel_.send(Cancel{}, soon()).has_value(); }

  /// The next packet as a Message; its texts hold until the next call.
  template <typename Message>
  [[nodiscard]] std::optional<Message> expect() {
    const auto packet = channel_.receive(soon());
    if (!packet) return std::nullopt;
    const auto message = channel_.read<Message>(*packet);
    if (!message) return std::nullopt;
    return *message;
  }
  [[nodiscard]] int descriptor() const { return channel_.descriptor(); }

 private:
  Channel channel_;
};

}  // namespace usher::testing
