// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ctl/fake_control.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace usher::testing {
namespace {

/// Whether `descriptor` became readable before the test was over and the time up.
bool readable(int descriptor, int over, int milliseconds) {
  std::array<pollfd, 2> watched{{{.fd = descriptor, .events = POLLIN, .revents = 0},
                                 {.fd = over, .events = POLLIN, .revents = 0}}};
  return ::poll(watched.data(), watched.size(), milliseconds) > 0 && watched[0].revents != 0;
}

}  // namespace

bool FakeControl::Peer::wait(int milliseconds) {
  return readable(connection_, over_, milliseconds);
}

std::string FakeControl::Peer::hear() {
  std::string call;
  char byte = 0;
  while (wait(kPatience) && ::recv(connection_, &byte, 1, 0) == 1) {
    if (byte == '\0') return call;
    call += byte;
  }
  return {};
}

void FakeControl::Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the client has heard enough
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void FakeControl::Peer::trickle() {
  while (!wait(1) && ::send(connection_, " ", 1, MSG_NOSIGNAL) == 1) {
  }
}

void FakeControl::Peer::ignore() {
  std::array<pollfd, 2> watched{{{.fd = connection_, .events = 0, .revents = 0},
                                 {.fd = over_, .events = POLLIN, .revents = 0}}};
  if (::poll(watched.data(), watched.size(), kPatience) == 0)
    ADD_FAILURE() << "the client did not hang up";
}

std::string FakeControl::Peer::wait_for_hang_up() {
  std::string said;
  std::array<char, 4096> chunk{};
  while (wait(kPatience)) {
    const ssize_t got = ::recv(connection_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return said;
    said.append(chunk.data(), static_cast<std::size_t>(got));
  }
  ADD_FAILURE() << "the client did not hang up";
  return said;
}

FakeControl::FakeControl(Serve serve, uid_t listen_as)
    : FakeControl(std::vector{std::move(serve)}, listen_as) {}

FakeControl::FakeControl(std::vector<Serve> serves, uid_t listen_as)
    : path_(folder_.path() + "/control.sock") {
  listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    ADD_FAILURE() << std::strerror(errno);
  // SO_PEERCRED names who called listen(2). The bare system call changes this one thread alone.
  std::thread([&] {
    if (listen_as != ::geteuid() && ::syscall(SYS_setresuid, -1, listen_as, -1) != 0)
      ADD_FAILURE() << std::strerror(errno);
    if (::listen(listener_.get(), 1) != 0) ADD_FAILURE() << std::strerror(errno);
  }).join();
  std::array<int, 2> over{};
  if (::pipe2(over.data(), O_CLOEXEC) != 0) ADD_FAILURE() << std::strerror(errno);
  over_reader_ = UniqueFd(over[0]);
  over_writer_ = UniqueFd(over[1]);
  thread_ = std::thread([this, serves = std::move(serves)] {
    for (const Serve& serve : serves) {
      if (!readable(listener_.get(), over_reader_.get(), kPatience)) return;
      const UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      Peer peer(connection.get(), over_reader_.get());
      serve(peer);
    }
  });
}

FakeControl::~FakeControl() {
  over_writer_.reset();
  thread_.join();
}

FakeControl::Serve answers(std::string reply, std::string* heard) {
  return [reply = std::move(reply), heard](FakeControl::Peer& peer) {
    const std::string call = peer.hear();
    if (heard != nullptr) *heard = call;
    peer.say(reply + '\0');
  };
}

FakeControl::Serve returns(const std::string& parameters, std::string* heard) {
  return answers(R"({"parameters":)" + parameters + "}", heard);
}

FakeControl::Serve refuses(const std::string& name, const std::string& parameters) {
  return answers(R"({"error":"org.usher.control.)" + name + R"(","parameters":)" + parameters +
                 "}");
}

}  // namespace usher::testing
