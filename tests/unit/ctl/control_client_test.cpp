// SPDX-License-Identifier: Apache-2.0
#include "ctl/control_client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <vector>

#include "tests/unit/ctl/fake_control.h"

namespace usher::ctl {
namespace {

using Kind = ControlFailure::Kind;
using testing::FakeControl;

constexpr std::int64_t kLong = 60'000;
constexpr std::int64_t kShort = 30;

std::expected<Json, ControlFailure> call(const FakeControl& usherd, std::int64_t patience = kLong) {
  return call_control(usherd.path(), "org.usher.control.Status", Json::object(), patience);
}

/// Why a call fails whose reply is `bytes`, NUL and all.
Kind failure_of(const std::string& bytes) {
  const FakeControl usherd([&](FakeControl::Peer& peer) {
    peer.hear();
    peer.say(bytes);
  });
  const auto reply = call(usherd);
  EXPECT_FALSE(reply);
  return reply ? Kind{} : reply.error().kind;
}

TEST(ControlClient, SendsACallAndReturnsTheParameters) {
  std::string heard;
  Json reply;
  {
    const FakeControl usherd(testing::returns(R"({"rules":3})", &heard));
    const auto got = call_control(usherd.path(), "org.usher.control.Log", {{"count", 5}});
    ASSERT_TRUE(got);
    reply = *got;
  }
  EXPECT_EQ(reply, Json({{"rules", 3}}));
  EXPECT_EQ(heard, R"({"method":"org.usher.control.Log","parameters":{"count":5}})");
}

TEST(ControlClient, PutsAReplyTogetherThatComesInPieces) {
  const FakeControl usherd([](FakeControl::Peer& peer) {
    peer.hear();
    const std::string reply = std::string(R"({"parameters":{"version":"1"}})") + '\0';
    for (const char& byte : reply) peer.say({&byte, 1});
  });
  const auto reply = call(usherd);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->at("version"), "1");
}

TEST(ControlClient, TakesALargeReply) {
  const std::string long_text(kMaxControlReply / 2, 'x');
  const FakeControl usherd(testing::returns(R"({"text":")" + long_text + R"("})"));
  const auto reply = call(usherd);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->at("text").get<std::string>().size(), long_text.size());
}

TEST(ControlClient, AReplyWithoutParametersHasNone) {
  const FakeControl usherd(testing::answers("{}"));
  const auto reply = call(usherd);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->empty());
}

TEST(ControlClient, AnErrorComesWithItsNameAndParameters) {
  const FakeControl usherd(testing::refuses("PermissionDenied", R"({"reason":"not you"})"));
  const auto reply = call(usherd);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::refused);
  EXPECT_EQ(reply.error().detail, "org.usher.control.PermissionDenied");
  EXPECT_EQ(reply.error().parameters.at("reason"), "not you");
}

TEST(ControlClient, WhatIsNoReplyIsRefused) {
  EXPECT_EQ(failure_of(std::string("not json\0", 9)), Kind::malformed);
  EXPECT_EQ(failure_of(std::string("[]\0", 3)), Kind::malformed);
  EXPECT_EQ(failure_of(std::string("\0", 1)), Kind::malformed);
  EXPECT_EQ(failure_of(std::string("{\"parameters\":[]}\0", 18)), Kind::malformed);
  EXPECT_EQ(failure_of(std::string("{\"error\":7}\0", 12)), Kind::malformed);
}

TEST(ControlClient, BytesBehindTheReplyAreRefused) {
  EXPECT_EQ(failure_of(std::string("{}\0{}\0", 6)), Kind::malformed);
}

TEST(ControlClient, AReplyOverTheLimitIsRefused) {
  EXPECT_EQ(failure_of(std::string(kMaxControlReply + 1, ' ')), Kind::malformed);
}

TEST(ControlClient, AHangUpInTheMiddleIsNoReply) {
  EXPECT_EQ(failure_of("{\"parameters\":"), Kind::hung_up);
  EXPECT_EQ(failure_of(""), Kind::hung_up);
}

TEST(ControlClient, SilenceIsWaitedForOnlySoLong) {
  const FakeControl usherd([](FakeControl::Peer& peer) { peer.wait_for_hang_up(); });
  const auto reply = call(usherd, kShort);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::timed_out);
}

TEST(ControlClient, ATrickleOfBytesDoesNotKeepItForEver) {
  const FakeControl usherd([](FakeControl::Peer& peer) {
    peer.hear();
    peer.trickle();
  });
  const auto reply = call(usherd, kShort);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::timed_out);
}

TEST(ControlClient, ACallThatNobodyReadsIsGivenUp) {
  const FakeControl usherd([](FakeControl::Peer& peer) { peer.ignore(); });
  const Json large{{"user", std::string(std::size_t{8} * 1024 * 1024, 'x')}};
  const auto reply = call_control(usherd.path(), "org.usher.control.Log", large, kShort);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::timed_out);
}

/// A listener whose queue is full, since nobody accepts.
class FullListener {
 public:
  FullListener() : path(folder_.path() + "/full.sock") {
    address_.sun_family = AF_UNIX;
    path.copy(address_.sun_path, sizeof address_.sun_path - 1);
    listener_ = socket();
    EXPECT_EQ(::bind(listener_.get(), address(), sizeof address_), 0);
    EXPECT_EQ(::listen(listener_.get(), 0), 0);
    for (;;) {
      UniqueFd waiting = socket();
      if (::connect(waiting.get(), address(), sizeof address_) != 0) break;
      waiting_.push_back(std::move(waiting));
    }
  }

 private:
  static UniqueFd socket() {
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  testing::ScratchFolder folder_;
  sockaddr_un address_{};
  UniqueFd listener_;
  std::vector<UniqueFd> waiting_;

 public:
  std::string path;
};

TEST(ControlClient, AFullQueueIsWaitedForOnlySoLong) {
  const FullListener usherd;
  const auto reply = call_control(usherd.path, "org.usher.control.Status", {}, kShort);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::timed_out);
}

TEST(ControlClient, NobodyThereIsUnreachableInWords) {
  const auto reply = call_control("/nonexistent/sock", "org.usher.control.Status", {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::unreachable);
  EXPECT_EQ(reply.error().detail, "No such file or directory");
}

TEST(ControlClient, APathThatNoSocketCanHaveIsUnreachable) {
  const auto reply = call_control("/" + std::string(200, 'x'), "org.usher.control.Status", {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::unreachable);
}

TEST(ControlClient, TellsNothingToAStranger) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can listen as somebody else";
  std::string heard;
  {
    const FakeControl stranger([&](FakeControl::Peer& peer) { heard = peer.wait_for_hang_up(); },
                               12345);
    const auto reply = call(stranger);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, Kind::untrusted);
  }
  EXPECT_EQ(heard, "");
}

}  // namespace
}  // namespace usher::ctl
