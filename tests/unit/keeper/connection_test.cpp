// SPDX-License-Identifier: Apache-2.0
#include "keeper/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/keeper/scratch_shadow.h"
#include "tests/unit/server/server_fixture.h"
#include "usher/packet_socket.h"

namespace usher::testing {
namespace {

constexpr uid_t kUsher = 990;
constexpr uid_t kStarter = 1000;

Askers askers_of(const std::string& user, uid_t started_by) {
  FakeHost host;
  host.add_user("usher", kUsher, {{"usher", 990}});
  auto found = Askers::find(user, host, started_by);
  EXPECT_TRUE(found);
  return *std::move(found);
}

TEST(Askers, AreRootTheServicesUserAndWhoStartedTheKeeper) {
  const Askers askers = askers_of("usher", kStarter);
  EXPECT_TRUE(askers.may_ask(0));
  EXPECT_TRUE(askers.may_ask(kUsher));
  EXPECT_TRUE(askers.may_ask(kStarter));
  EXPECT_FALSE(askers.may_ask(1001));
  EXPECT_FALSE(askers.may_ask(static_cast<uid_t>(-1)));
  EXPECT_EQ(askers.service()->gid, 990U);
}

TEST(Askers, AreNotTheUserThatRootBecame) { EXPECT_FALSE(askers_of("usher", 0).may_ask(kStarter)); }

TEST(Askers, NeedTheServicesUserWhereOnlyRootCouldAskElse) {
  FakeHost host;
  EXPECT_FALSE(Askers::find("usher", host, 0));
  const auto own = Askers::find("usher", host, kStarter);
  ASSERT_TRUE(own);
  EXPECT_TRUE(own->may_ask(kStarter));
  EXPECT_FALSE(own->may_ask(static_cast<uid_t>(-1)));
  host.fail_lookups(true);
  EXPECT_FALSE(Askers::find("usher", host, kStarter));
}

/// One connection to a keeper whose alice has the password "secret".
class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() { scratch_.write("alice:" + hash_of("secret") + ":::::::\n"); }
  ~ConnectionTest() override { stop_.raise(); }
  /// What the asker's end of a connection by `uid` looks like.
  UniqueFd connect(uid_t uid = kUsher) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    servers_.emplace_back([this, uid, end = ends[1]] {
      serve_question(UniqueFd(end), {.pid = 1, .uid = uid, .gid = 1}, ports_);
    });
    return UniqueFd(ends[0]);
  }
  template <typename Asked>
  std::optional<KeeperReply> ask(const Asked& question, uid_t uid = kUsher) {
    PacketSocket socket(connect(uid));
    static_cast<void>(socket.send(question, soon()));  // may find the keeper gone already
    const auto packet = socket.receive(soon());
    if (!packet) return std::nullopt;
    const auto reply = decode<KeeperReply>(*packet);
    EXPECT_TRUE(reply);
    return *reply;
  }
  /// Whether the keeper hangs up on this packet, unanswered.
  bool hangs_up_on(std::span<const std::uint8_t> packet) {
    const UniqueFd socket = connect();
    EXPECT_EQ(::send(socket.get(), packet.data(), packet.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(packet.size()));
    char byte = 0;
    return ::recv(socket.get(), &byte, 1, 0) <= 0;
  }

  ScratchShadow scratch_;
  FakeClock clock_;
  const ShadowFile shadow_{scratch_.path(), ::geteuid()};
  const SodiumReady sodium_;
  GuessLimit limit_{clock_};
  HashGate gate_{2};
  QuietLog log_{clock_};
  Verifier verifier_{
      {.shadow = shadow_, .limit = limit_, .gate = gate_, .clock = clock_, .log = log_},
      "$6$rounds=1000$fallback$"};
  const Askers askers_ = askers_of("usher", 0);
  const StopSignal stop_ = stop_or_throw();
  const ConnectionPorts ports_{
      .askers = askers_, .verifier = verifier_, .log = log_, .stop = stop_};
  std::vector<std::jthread> servers_;
};

TEST_F(ConnectionTest, AnswersOneQuestion) {
  const auto right = ask(KeeperVerify{.user = "alice", .password = "secret"});
  ASSERT_TRUE(right);
  EXPECT_TRUE(right->is_right());
  const auto wrong = ask(KeeperVerify{.user = "alice", .password = "guess"});
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(wrong->is_right());
  EXPECT_EQ(ask(KeeperState{.user = "alice"})->state, AccountState::ok);
}

TEST_F(ConnectionTest, AnswersHowAnAccountStands) {
  PacketSocket socket(connect());
  ASSERT_TRUE(socket.send(KeeperStanding{.user = "alice"}, soon()));
  const auto packet = socket.receive(soon());
  ASSERT_TRUE(packet);
  const auto reply = decode<KeeperStandingReply>(*packet);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->outcome, KeeperOutcome::state_only);
  EXPECT_EQ(reply->state, AccountState::ok);
  EXPECT_NE(reply->mark_first, 0U);
}

TEST_F(ConnectionTest, IsOverAfterOneAnswer) {
  PacketSocket socket(connect());
  ASSERT_TRUE(socket.send(KeeperState{.user = "alice"}, soon()));
  ASSERT_TRUE(socket.receive(soon()));
  EXPECT_EQ(socket.receive(soon()).error(), ChannelError::hung_up);
}

TEST_F(ConnectionTest, HangsUpOnWhoMayNotAsk) {
  for (const uid_t uid : {uid_t{1}, kStarter, static_cast<uid_t>(-1)})
    EXPECT_FALSE(ask(KeeperVerify{.user = "alice", .password = "secret"}, uid)) << uid;
  EXPECT_TRUE(ask(KeeperVerify{.user = "alice", .password = "secret"}, 0));
}

TEST_F(ConnectionTest, HangsUpOnWhatIsNoQuestion) {
  std::array<std::uint8_t, kMaxPacket> packet{};
  std::size_t size = encode(KeeperVerify{.user = "alice", .password = "secret"}, packet);
  for (std::size_t cut = 1; cut < size; ++cut)
    EXPECT_TRUE(hangs_up_on({packet.data(), cut})) << cut;
  size = encode(KeeperReply{.seal = KeeperSeal::right, .outcome = KeeperOutcome::right}, packet);
  EXPECT_TRUE(hangs_up_on({packet.data(), size}));
  size = encode(KeeperStandingReply{.outcome = KeeperOutcome::state_only}, packet);
  EXPECT_TRUE(hangs_up_on({packet.data(), size}));
  size = encode(Answer{.secret = "secret"}, packet);
  EXPECT_TRUE(hangs_up_on({packet.data(), size}));
  for (const unsigned type : {0U, 1U, 0x80U, 0x83U, 0x85U, 0xffU}) {
    size = encode(KeeperState{.user = "alice"}, packet);
    packet[0] = static_cast<std::uint8_t>(type);
    EXPECT_TRUE(hangs_up_on({packet.data(), size})) << type;
  }
  const std::vector<std::uint8_t> huge(kMaxPacket + 1, 0x81);
  EXPECT_TRUE(hangs_up_on(huge));
}

TEST_F(ConnectionTest, HangsUpOnANameThatHoldsANul) {
  std::array<std::uint8_t, kMaxPacket> packet{};
  const std::size_t size = encode(KeeperVerify{.user = "alice", .password = "secret"}, packet);
  packet[size - 1] = 0;
  EXPECT_TRUE(hangs_up_on({packet.data(), size}));
}

TEST_F(ConnectionTest, DoesNotWaitForAQuestionWhenItGoesDown) {
  const UniqueFd silent = connect();
  stop_.raise();
  EXPECT_TRUE(is_closed_by_peer(silent.get()));
}

}  // namespace
}  // namespace usher::testing
