// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace usher::testing {

FakeDaemon::FakeDaemon(std::vector<Step> script, uid_t listen_uid) {
  if (::mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << std::strerror(errno);
  path_ = std::string(folder_.data()) + "/sock";
  listener_ = UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    ADD_FAILURE() << std::strerror(errno);
  listen_as(listen_uid);
  std::array<int, 2> over{};
  if (::pipe2(over.data(), O_CLOEXEC) != 0) ADD_FAILURE() << std::strerror(errno);
  over_reader_ = UniqueFd(over[0]);
  over_writer_ = UniqueFd(over[1]);
  thread_ = std::thread([this, script = std::move(script)] { play(script); });
}

FakeDaemon::~FakeDaemon() {
  over_writer_.reset();
  thread_.join();
  stop_listening();
  ::rmdir(folder_.data());
}

/// SO_PEERCRED names who called listen(2). The bare system call changes this one thread alone.
void FakeDaemon::listen_as(uid_t uid) {
  std::thread([this, uid] {
    if (uid != ::geteuid() && ::syscall(SYS_setresuid, -1, uid, -1) != 0)
      ADD_FAILURE() << "cannot listen as " << uid << ": " << std::strerror(errno);
    if (::listen(listener_.get(), 8) != 0) ADD_FAILURE() << std::strerror(errno);
  }).join();
}

void FakeDaemon::play(const std::vector<Step>& script) {
  std::size_t at = 0;
  while (at < script.size() && script[at](*this)) ++at;
  if (at < script.size()) ADD_FAILURE() << "the script ended at step " << at;
  // Nobody is left hanging: whatever the client wants beyond the script, it finds nobody.
  connection_.reset();
  stop_listening();
}

void FakeDaemon::stop_listening() {
  if (!listener_.valid()) return;
  listener_.reset();
  ::unlink(path_.c_str());
}

bool FakeDaemon::wait_for(int descriptor) const {
  std::array watched = {pollfd{.fd = descriptor, .events = POLLIN, .revents = 0},
                        pollfd{.fd = over_reader_.get(), .events = POLLIN, .revents = 0}};
  return ::poll(watched.data(), watched.size(), 60'000) > 0 && watched[0].revents != 0;
}

bool FakeDaemon::accept() {
  connection_.reset();
  if (!wait_for(listener_.get())) {
    ADD_FAILURE() << "nobody connected";
    return false;
  }
  connection_ = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return connection_.valid();
}

/// That the client has gone is its own affair.
bool FakeDaemon::send(std::span<const std::uint8_t> packet) {
  return ::send(connection_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) >= 0 ||
         errno == EPIPE || errno == ECONNRESET;
}

std::expected<FakeDaemon::Bytes, std::string> FakeDaemon::receive() {
  if (!wait_for(connection_.get())) return std::unexpected("the client said nothing");
  Bytes packet(kMaxPacket + 1);
  const ssize_t size = ::recv(connection_.get(), packet.data(), packet.size(), 0);
  packet.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return packet;
}

FakeDaemon::Step accepts() {
  return [](FakeDaemon& daemon) { return daemon.accept(); };
}

FakeDaemon::Step greets() {
  return [](FakeDaemon& daemon) {
    return accepts()(daemon) && hears<Hello>()(daemon) &&
           says(Hello{.oldest = kNewestVersion, .newest = kNewestVersion})(daemon);
  };
}

FakeDaemon::Step begins(std::function<void(const Begin&)> look) {
  return [hear = hears<Begin>(std::move(look))](FakeDaemon& daemon) {
    return greets()(daemon) && hear(daemon);
  };
}

FakeDaemon::Step says_bytes(FakeDaemon::Bytes packet) {
  return [packet = std::move(packet)](FakeDaemon& daemon) { return daemon.send(packet); };
}

FakeDaemon::Step hangs_up() {
  return [](FakeDaemon& daemon) {
    daemon.hang_up();
    return true;
  };
}

FakeDaemon::Step stops_listening() {
  return [](FakeDaemon& daemon) {
    daemon.stop_listening();
    return true;
  };
}

FakeDaemon::Step waits_for_hang_up() {
  return [](FakeDaemon& daemon) {
    const auto packet = daemon.receive();
    if (packet && packet->empty()) return true;
    ADD_FAILURE() << (packet ? "the client went on talking" : packet.error());
    return false;
  };
}

FakeDaemon::Step hears_answer(std::string expected) {
  return hears<Answer>([expected = std::move(expected)](const Answer& answer) {
    EXPECT_EQ(answer.secret, expected);
  });
}

}  // namespace usher::testing
