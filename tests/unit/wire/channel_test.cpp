// SPDX-License-Identifier: Apache-2.0
#include "usher/channel.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace usher {
namespace {

Deadline soon() { return Deadline::after(10'000); }
Deadline now() { return Deadline::after(0); }

/// Two connected sockets: one in a Channel, the other bare, so that a test can say anything.
class ChannelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    near_ = UniqueFd(pair[0]);
    far_ = UniqueFd(pair[1]);
  }
  Channel module() { return Channel(std::move(near_), Side::module); }
  Channel daemon() { return Channel(std::move(near_), Side::daemon); }

  template <typename Message>
  void say(const Message& message) {
    std::array<std::uint8_t, kMaxPacket> packet{};
    say_bytes({packet.data(), encode(message, packet)});
  }
  void say_bytes(std::span<const std::uint8_t> bytes) {
    ASSERT_EQ(::send(far_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void hear() {
    std::array<std::uint8_t, kMaxPacket> packet{};
    ASSERT_GT(::recv(far_.get(), packet.data(), packet.size(), 0), 0);
  }
  /// Leads `channel`, a module's, to where the daemon has been told what is wanted.
  void begin(Channel& channel) {
    ASSERT_TRUE(channel.send(Hello{}, soon()));
    hear();
    say(Hello{});
    ASSERT_TRUE(channel.receive(soon()));
    ASSERT_TRUE(channel.send(Begin{.phase = Phase::authenticate}, soon()));
    hear();
  }
  void ask(Channel& channel) {
    say(Prompt{.style = PromptStyle::hidden, .text = "?"});
    ASSERT_TRUE(channel.receive(soon()));
  }

  UniqueFd near_;
  UniqueFd far_;
};

TEST_F(ChannelTest, CarriesAWholeDialogueBetweenTwoEnds) {
  Channel module(std::move(near_), Side::module);
  Channel daemon(std::move(far_), Side::daemon);
  ASSERT_TRUE(module.send(Hello{}, soon()));
  ASSERT_TRUE(daemon.receive(soon()));
  ASSERT_TRUE(daemon.send(Hello{}, soon()));
  ASSERT_TRUE(module.receive(soon()));
  ASSERT_TRUE(module.send(Begin{.phase = Phase::authenticate, .user = "ann"}, soon()));
  const auto begin = daemon.receive(soon());
  ASSERT_TRUE(begin);
  EXPECT_EQ(decode<Begin>(*begin)->user, "ann");
  ASSERT_TRUE(daemon.send(Prompt{.style = PromptStyle::hidden, .text = "Code: "}, soon()));
  ASSERT_TRUE(module.receive(soon()));
  ASSERT_TRUE(module.send(Answer{.secret = "123456"}, soon()));
  const auto answer = daemon.receive(soon());
  ASSERT_TRUE(answer);
  EXPECT_EQ(decode<Answer>(*answer)->secret, "123456");
  ASSERT_TRUE(daemon.send(Verdict{.seal = Seal::success}, soon()));
  const auto verdict = module.receive(soon());
  ASSERT_TRUE(verdict);
  EXPECT_EQ(decode<Verdict>(*verdict)->seal, Seal::success);
  EXPECT_EQ(module.state(), DialogueState::closed);
  EXPECT_EQ(daemon.state(), DialogueState::closed);
}

TEST_F(ChannelTest, WaitsNoLongerThanItsDeadline) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  EXPECT_EQ(channel.receive(now()).error(), ChannelError::timed_out);
  EXPECT_EQ(channel.receive(Deadline::after(20)).error(), ChannelError::timed_out);
}

TEST_F(ChannelTest, TakesWhatHasArrivedEvenAfterTheDeadline) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say(Hello{});
  EXPECT_TRUE(channel.receive(now()));
}

TEST_F(ChannelTest, AReadableWakeDescriptorEndsTheWait) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  std::array<int, 2> wake{};
  ASSERT_EQ(::pipe2(wake.data(), O_CLOEXEC), 0);
  const UniqueFd reader(wake[0]);
  const UniqueFd writer(wake[1]);
  EXPECT_EQ(channel.receive(now(), reader.get()).error(), ChannelError::timed_out);
  ASSERT_EQ(::write(writer.get(), "x", 1), 1);
  EXPECT_EQ(channel.receive(soon(), reader.get()).error(), ChannelError::woken);
  say(Hello{});
  EXPECT_TRUE(channel.receive(soon(), reader.get())) << "what has arrived goes first";
}

TEST_F(ChannelTest, APeerThatLeftHasHungUp) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  hear();
  far_.reset();
  EXPECT_EQ(channel.receive(soon()).error(), ChannelError::hung_up);
}

TEST_F(ChannelTest, SendingToAPeerThatLeftIsAHangUp) {
  Channel channel = module();
  far_.reset();
  EXPECT_EQ(channel.send(Hello{}, soon()).error(), ChannelError::hung_up);
}

TEST_F(ChannelTest, ARestartIsHeardThoughTheDaemonLeftOurAnswerUnread) {
  Channel channel = module();
  begin(channel);
  ask(channel);
  say(Restart{});
  ASSERT_TRUE(channel.send(Answer{.secret = "x"}, soon()));
  far_.reset();  // with the answer unread: our next call gets ECONNRESET
  const auto packet = channel.receive(soon());
  ASSERT_TRUE(packet);
  EXPECT_EQ(type_of(*packet), MessageType::restart);
}

TEST_F(ChannelTest, ARestartIsHeardThoughSendingTheAnswerFailed) {
  Channel channel = module();
  begin(channel);
  ask(channel);
  say(Restart{});
  far_.reset();
  EXPECT_EQ(channel.send(Answer{.secret = "x"}, soon()).error(), ChannelError::hung_up);
  const auto packet = channel.receive(soon());
  ASSERT_TRUE(packet);
  EXPECT_EQ(type_of(*packet), MessageType::restart);
}

TEST_F(ChannelTest, RefusesAPacketOverTheLimit) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say_bytes(std::vector<std::uint8_t>(kMaxPacket + 1, 1));
  EXPECT_EQ(channel.receive(soon()).error(), ChannelError::malformed);
}

TEST_F(ChannelTest, TakesAPacketAtTheLimit) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say_bytes(std::vector<std::uint8_t>(kMaxPacket, 1));
  const auto packet = channel.receive(soon());
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->size(), kMaxPacket);
}

TEST_F(ChannelTest, RefusesWhatIsNoMessage) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say_bytes(std::array<std::uint8_t, 3>{8, 0, 0});
  EXPECT_EQ(channel.receive(soon()).error(), ChannelError::malformed);
}

TEST_F(ChannelTest, RefusesWhatThePeerMayNotSayNow) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say(Verdict{.seal = Seal::success});
  EXPECT_EQ(channel.receive(soon()).error(), ChannelError::malformed);
  say(Hello{});
  EXPECT_EQ(channel.receive(soon()).error(), ChannelError::malformed) << "and stays closed";
}

TEST_F(ChannelTest, RefusesToSayWhatItMayNotSayNow) {
  Channel channel = module();
  EXPECT_EQ(channel.send(Answer{.secret = "x"}, soon()).error(), ChannelError::malformed);
  std::array<std::uint8_t, 16> packet{};
  EXPECT_LT(::recv(far_.get(), packet.data(), packet.size(), MSG_DONTWAIT), 0);
}

TEST_F(ChannelTest, RefusesToSayWhatIsOverALimit) {
  Channel channel = module();
  begin(channel);
  ask(channel);
  const std::string secret(kMaxSecret + 1, 'x');
  EXPECT_EQ(channel.send(Answer{.secret = secret}, soon()).error(), ChannelError::malformed);
}

TEST_F(ChannelTest, AnEmptyPacketIsAHangUp) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say_bytes({});
  EXPECT_EQ(channel.receive(soon()).error(), ChannelError::hung_up);
}

TEST_F(ChannelTest, WipesAPacketOnRequestAndBeforeTheNext) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  say(Hello{});
  const auto packet = channel.receive(soon());
  ASSERT_TRUE(packet);
  ASSERT_NE((*packet)[0], 0);
  channel.wipe();
  EXPECT_EQ((*packet)[0], 0);
}

TEST_F(ChannelTest, KeepsNothingOfAnAnswerItSent) {
  Channel channel = module();
  begin(channel);
  say(Prompt{.style = PromptStyle::hidden, .text = "?"});
  const auto packet = channel.receive(soon());
  ASSERT_TRUE(packet);
  const std::uint8_t* const buffer = packet->data();
  ASSERT_TRUE(channel.send(Answer{.secret = "correct horse"}, soon()));
  EXPECT_EQ(std::string(buffer, buffer + 32), std::string(32, '\0'));
}

TEST_F(ChannelTest, NamesTheProcessAtTheOtherEnd) {
  const Channel channel = module();
  const auto peer = channel.peer();
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(peer->uid, ::geteuid());
}

TEST_F(ChannelTest, PassedDescriptorsAreNotLetIn) {
  Channel channel = module();
  ASSERT_TRUE(channel.send(Hello{}, soon()));
  std::array<std::uint8_t, 64> bytes{};
  iovec data{.iov_base = bytes.data(), .iov_len = encode(Hello{}, bytes)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int passed = far_.get();
  std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
  ASSERT_GT(::sendmsg(far_.get(), &message, 0), 0);
  const int next_before = ::dup(0);
  ::close(next_before);
  EXPECT_TRUE(channel.receive(soon()));
  const int next_after = ::dup(0);
  ::close(next_after);
  EXPECT_EQ(next_after, next_before);
}

TEST(ChannelConnect, FindsNobodyWhereNobodyListens) {
  EXPECT_EQ(Channel::connect("/nonexistent/usher.sock", soon()).error(), ChannelError::unreachable);
  EXPECT_EQ(Channel::connect("", soon()).error(), ChannelError::unreachable);
  EXPECT_EQ(Channel::connect(std::string(108, 'x'), soon()).error(), ChannelError::unreachable);
}

/// A listening socket in a scratch folder.
class ChannelListener : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = std::string(folder_.data()) + "/sock";
    listener_ = UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    ASSERT_EQ(::listen(listener_.get(), 0), 0);
  }
  void TearDown() override {
    ::unlink(path_.c_str());
    ::rmdir(folder_.data());
  }
  std::array<char, 32> folder_{"/tmp/usher-channel-XXXXXX"};
  std::string path_;
  UniqueFd listener_;
};

TEST_F(ChannelListener, IsReachedEvenWhenNoTimeIsLeft) {
  EXPECT_TRUE(Channel::connect(path_, now()));
}

TEST_F(ChannelListener, WithAFullQueueIsUnreachableByTheDeadline) {
  std::vector<UniqueFd> waiting;
  for (;;) {
    auto socket = Channel::connect(path_, Deadline::after(20));
    if (!socket) {
      EXPECT_EQ(socket.error(), ChannelError::unreachable);
      break;
    }
    waiting.push_back(std::move(*socket));
    ASSERT_LT(waiting.size(), 10U) << "the queue has no end";
  }
}

/// Runs `check` in a child, which may do what it likes to its descriptors and limits.
template <typename Check>
void expect_in_child(Check check) {
  EXPECT_EXIT(std::_Exit(check() ? 7 : 1), ::testing::ExitedWithCode(7), "");
}

TEST_F(ChannelListener, ASocketNeverTakesAStandardDescriptor) {
  expect_in_child([this] {
    ::close(0);
    const auto socket = Channel::connect(path_, soon());
    return socket && socket->get() > 2 && ::fcntl(0, F_GETFD) < 0;
  });
}

TEST_F(ChannelListener, WithoutADescriptorToSpareTheFaultIsOurs) {
  expect_in_child([this] {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const auto socket = Channel::connect(path_, soon());
    return !socket && socket.error() == ChannelError::no_resources;
  });
}

}  // namespace
}  // namespace usher
