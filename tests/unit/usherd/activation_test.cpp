// SPDX-License-Identifier: Apache-2.0
// Sockets that systemd made and hands over (sd_listen_fds(3)).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/usherd/usherd_process.h"
#include "usher/channel.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

/// A usherd with its store, and sockets that are made as systemd makes them.
class ActivationTest : public ::testing::Test {
 protected:
  ActivationTest() { home_.init(); }

  [[nodiscard]] UniqueFd bound(const std::string& name, int type) const {
    UniqueFd made(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(home_.in(name));
    EXPECT_EQ(::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::chmod(address.sun_path, 0666), 0);
    return made;
  }
  [[nodiscard]] UniqueFd listening(const std::string& name, int type) const {
    UniqueFd made = bound(name, type);
    EXPECT_EQ(::listen(made.get(), 8), 0);
    return made;
  }
  /// Whether usherd speaks to a module at this socket.
  [[nodiscard]] bool greets_at(const std::string& name) const {
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(home_.in(name));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return false;
    Channel channel(std::move(socket), Side::module);
    if (!channel.send(Hello{}, Deadline::after(60'000))) return false;
    const auto packet = channel.receive(Deadline::after(60'000));
    return packet && decode<Hello>(*packet).has_value();
  }
  [[nodiscard]] bool answers_at(const std::string& name) const {
    return home_.run(USHERCTL, {"status", "--control", home_.in(name)}).exit_code == 0;
  }
  /// Expects that usherd does not start with these, and says what it says.
  std::string refused(const std::vector<HandedOver>& sockets) const {
    UsherdProcess usherd(home_, sockets);
    if (const std::string notified = usherd.next_notification(); !notified.empty()) {
      ADD_FAILURE() << "usherd started: " << notified;
      return {};
    }
    const Ended ended = usherd.wait();
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_TRUE(std::filesystem::is_empty(home_.path() / "run"));
    return ended.said;
  }
  [[nodiscard]] bool is_there(const char* name) const {
    return std::filesystem::exists(home_.path() / name);
  }

  const UsherdHome home_;
};

TEST_F(ActivationTest, ServesWhatItIsHandedAndLeavesItBehind) {
  const UniqueFd control = listening("handed-control", SOCK_STREAM);
  const UniqueFd self = listening("handed-self", SOCK_SEQPACKET);
  const UniqueFd root = listening("handed-root", SOCK_SEQPACKET);
  UsherdProcess usherd(home_,
                       {{control.get(), "control"}, {self.get(), "self"}, {root.get(), "root"}});
  ASSERT_EQ(usherd.next_notification(), "READY=1");
  EXPECT_TRUE(greets_at("handed-root"));
  EXPECT_TRUE(greets_at("handed-self"));
  EXPECT_TRUE(answers_at("handed-control"));
  EXPECT_TRUE(std::filesystem::is_empty(home_.path() / "run")) << "none of its own";

  usherd.signal(SIGTERM);
  EXPECT_EQ(usherd.wait().exit_code, 0);
  for (const char* name : {"handed-root", "handed-self", "handed-control"})
    EXPECT_TRUE(is_there(name)) << "systemd keeps " << name;
}

TEST_F(ActivationTest, MakesWhatIsNotHandedOver) {
  const UniqueFd root = listening("handed-root", SOCK_SEQPACKET);
  const UsherdProcess usherd(home_, {{root.get(), "root"}});
  ASSERT_EQ(usherd.next_notification(), "READY=1");
  EXPECT_TRUE(greets_at("handed-root"));
  EXPECT_FALSE(is_there("run/root.sock"));
  EXPECT_TRUE(greets_at("run/self.sock"));
  EXPECT_TRUE(answers_at("run/control.sock"));
}

TEST_F(ActivationTest, WhoWaitsInTheQueueIsServedByTheNext) {
  const UniqueFd control = listening("handed-control", SOCK_STREAM);
  {
    UsherdProcess usherd(home_, {{control.get(), "control"}});
    ASSERT_EQ(usherd.next_notification(), "READY=1");
    usherd.signal(SIGTERM);
    ASSERT_EQ(usherd.wait().exit_code, 0);
  }
  const UniqueFd early(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(home_.in("handed-control"));
  ASSERT_EQ(::connect(early.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
      << "nobody is refused while usherd is restarted";
  const std::string call = R"({"method":"org.varlink.service.GetInfo"})";
  ASSERT_GT(::send(early.get(), call.c_str(), call.size() + 1, MSG_NOSIGNAL), 0);
  const UsherdProcess usherd(home_, {{control.get(), "control"}});
  ASSERT_EQ(usherd.next_notification(), "READY=1");
  char reply = 0;
  EXPECT_EQ(::recv(early.get(), &reply, 1, 0), 1);
  EXPECT_EQ(reply, '{');
}

/// Sockets of a usherd for which `usherctl init` was never run.
class BeforeInitTest : public ActivationTest {
 protected:
  BeforeInitTest() {
    std::filesystem::remove(home_.in("state/store.db"));
    std::filesystem::remove(home_.in("key/master.key"));
  }
  [[nodiscard]] UniqueFd caller_at(const std::string& name, int type) const {
    UniqueFd caller(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(home_.in(name));
    EXPECT_EQ(::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    return caller;
  }
  static bool was_hung_up_on(const UniqueFd& caller) {
    char byte = 0;
    return ::recv(caller.get(), &byte, 1, MSG_DONTWAIT) == 0;
  }
  /// Runs usherd to its end.
  [[nodiscard]] int exit_code_with(const std::vector<HandedOver>& sockets) const {
    UsherdProcess usherd(home_, sockets);
    EXPECT_EQ(usherd.next_notification(), "");
    const Ended ended = usherd.wait();
    EXPECT_THAT(ended.said, HasSubstr("run `usherctl init`"));
    return ended.exit_code;
  }
};

TEST_F(BeforeInitTest, WhoWaitsIsTurnedAwaySoThatNothingStartsUsherdAgain) {
  const UniqueFd control = listening("handed-control", SOCK_STREAM);
  const UniqueFd self = listening("handed-self", SOCK_SEQPACKET);
  const UniqueFd root = listening("handed-root", SOCK_SEQPACKET);
  const UniqueFd one = caller_at("handed-control", SOCK_STREAM);
  const UniqueFd two = caller_at("handed-control", SOCK_STREAM);
  const UniqueFd three = caller_at("handed-self", SOCK_SEQPACKET);
  EXPECT_EQ(
      exit_code_with({{control.get(), "control"}, {self.get(), "self"}, {root.get(), "root"}}), 69);
  EXPECT_TRUE(was_hung_up_on(one) && was_hung_up_on(two) && was_hung_up_on(three));
}

TEST_F(BeforeInitTest, ALoginIsLeftToFindUsherdMissing) {
  const UniqueFd root = listening("handed-root", SOCK_SEQPACKET);
  const UniqueFd login = caller_at("handed-root", SOCK_SEQPACKET);
  EXPECT_EQ(exit_code_with({{root.get(), "root"}}), 1);
  EXPECT_FALSE(was_hung_up_on(login));
}

TEST_F(BeforeInitTest, WithoutSystemdItSaysSo) { EXPECT_EQ(exit_code_with({}), 69); }

TEST_F(ActivationTest, ASocketOfTheWrongTypeIsRefusedByName) {
  const UniqueFd stream = listening("stream", SOCK_STREAM);
  const UniqueFd packets = listening("packets", SOCK_SEQPACKET);
  EXPECT_THAT(refused({{stream.get(), "root"}}), HasSubstr("\"root\" that has no place here"));
  EXPECT_THAT(refused({{stream.get(), "self"}}), HasSubstr("\"self\" that has no place here"));
  EXPECT_THAT(refused({{packets.get(), "control"}}),
              HasSubstr("\"control\" that has no place here"));
}

TEST_F(ActivationTest, WhatIsNoListeningUnixSocketIsRefused) {
  const UniqueFd deaf = bound("deaf", SOCK_SEQPACKET);
  EXPECT_THAT(refused({{deaf.get(), "root"}}), HasSubstr("\"root\" that has no place here"));
  const UniqueFd internet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::listen(internet.get(), 1), 0);
  EXPECT_THAT(refused({{internet.get(), "control"}}),
              HasSubstr("\"control\" that has no place here"));
}

TEST_F(ActivationTest, ANameThatIsNoneOfThemIsRefused) {
  const UniqueFd socket = listening("socket", SOCK_SEQPACKET);
  for (const char* name : {"web", "Root", "usherd.socket", ""})
    EXPECT_THAT(refused({{socket.get(), name}}), HasSubstr("FileDescriptorName=")) << name;
}

TEST_F(ActivationTest, TwoOfOneNameAreRefused) {
  const UniqueFd one = listening("one", SOCK_SEQPACKET);
  const UniqueFd two = listening("two", SOCK_SEQPACKET);
  EXPECT_THAT(refused({{one.get(), "self"}, {two.get(), "self"}}),
              HasSubstr("two sockets \"self\""));
}

}  // namespace
}  // namespace usher::testing
