// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "tests/fakes/made_secret.h"
#include "tests/unit/server/server_fixture.h"
#include "usher/packet_socket.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

/// A keeper at a socket of the test's own, which lives for one connection.
class KeeperClientTest : public ::testing::Test {
 protected:
  using Answer = std::function<void(PacketSocket& asker)>;
  void serve_one(Answer answer) {
    server_ = std::jthread([this, answer = std::move(answer)] {
      PacketSocket asker(UniqueFd(::accept4(listener_->descriptor(), nullptr, nullptr, 0)));
      answer(asker);
    });
  }
  /// Answers with `reply`, whatever is asked.
  void serve_one(const KeeperReply& reply) {
    serve_one([reply](PacketSocket& asker) {
      EXPECT_TRUE(asker.receive(soon()));
      EXPECT_TRUE(asker.send(reply, soon()));
    });
  }
  Result<KeeperVerdict> verify(Deadline deadline = soon()) {
    return client_.verify("alice", secret("correct horse"), deadline);
  }

  const SocketDirectory directory_;
  std::optional<ListenSocket> listener_{listen_or_throw(directory_.socket())};
  KeeperClient client_{directory_.socket()};
  std::jthread server_;
};

TEST_F(KeeperClientTest, AsksAboutOnePasswordOfOneUser) {
  serve_one([](PacketSocket& asker) {
    const auto packet = asker.receive(soon());
    ASSERT_TRUE(packet);
    const auto question = decode<KeeperVerify>(*packet);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->user, "alice");
    EXPECT_EQ(question->password, "correct horse");
    EXPECT_TRUE(asker.send(KeeperReply{.seal = KeeperSeal::right,
                                       .outcome = KeeperOutcome::right,
                                       .state = AccountState::must_change},
                           soon()));
  });
  const auto verdict = verify();
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_TRUE(verdict->right());
  EXPECT_EQ(verdict->state, AccountState::must_change);
}

TEST_F(KeeperClientTest, TellsWrongFromThrottledFromFailed) {
  serve_one({.outcome = KeeperOutcome::wrong});
  EXPECT_EQ(verify()->outcome, KeeperVerdict::Outcome::wrong);
  serve_one({.outcome = KeeperOutcome::throttled});
  EXPECT_EQ(verify()->outcome, KeeperVerdict::Outcome::throttled);
  serve_one({.outcome = KeeperOutcome::failed});
  EXPECT_THAT(verify().error().message, HasSubstr("could not find out"));
}

TEST_F(KeeperClientTest, AsksForAState) {
  serve_one({.outcome = KeeperOutcome::state_only, .state = AccountState::locked});
  EXPECT_EQ(*client_.account_state("alice", soon()), AccountState::locked);
}

TEST_F(KeeperClientTest, AsksHowAnAccountStands) {
  serve_one([](PacketSocket& asker) {
    const auto packet = asker.receive(soon());
    ASSERT_TRUE(packet);
    const auto question = decode<KeeperStanding>(*packet);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->user, "alice");
    EXPECT_TRUE(asker.send(KeeperStandingReply{.outcome = KeeperOutcome::state_only,
                                               .state = AccountState::ok,
                                               .mark_first = 1,
                                               .mark_second = 2},
                           soon()));
  });
  const auto standing = client_.standing("alice", soon());
  ASSERT_TRUE(standing) << standing.error().message;
  EXPECT_EQ(standing->state, AccountState::ok);
  EXPECT_TRUE(standing->mark);
}

TEST_F(KeeperClientTest, AKeeperThatDoesNotKnowTheQuestionIsAnError) {
  serve_one([](PacketSocket& asker) { EXPECT_TRUE(asker.receive(soon())); });
  EXPECT_FALSE(client_.standing("alice", soon()));
  serve_one({.outcome = KeeperOutcome::state_only, .state = AccountState::ok});
  EXPECT_FALSE(client_.standing("alice", soon())) << "the answer to another question";
}

TEST_F(KeeperClientTest, AKeeperThatIsNotThereIsAnError) {
  listener_.reset();
  EXPECT_THAT(verify().error().message, HasSubstr("nobody listens"));
  EXPECT_FALSE(client_.account_state("alice", soon()));
  EXPECT_FALSE(client_.standing("alice", soon()));
}

TEST_F(KeeperClientTest, AKeeperThatHangsUpOrIsSilentIsAnError) {
  serve_one([](PacketSocket&) {});
  EXPECT_FALSE(verify());
  EXPECT_FALSE(verify(Deadline::after(50))) << "nobody accepts";
}

TEST_F(KeeperClientTest, AnotherPacketThanAReplyIsAnError) {
  serve_one([](PacketSocket& asker) {
    static_cast<void>(asker.receive(soon()));
    EXPECT_TRUE(asker.send(KeeperState{.user = "alice"}, soon()));
  });
  EXPECT_FALSE(verify());
}

TEST_F(KeeperClientTest, SaysNothingToAListenerOfSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be somebody else";
  // Who listens is noted at listen(2).
  listener_.reset();
  ASSERT_EQ(::chown(directory_.path().c_str(), 65534, 65534), 0);
  ASSERT_EQ(::seteuid(65534), 0);
  listener_.emplace(listen_or_throw(directory_.socket()));
  ASSERT_EQ(::seteuid(0), 0);
  serve_one([](PacketSocket& asker) { EXPECT_FALSE(asker.receive(soon())) << "told something"; });
  EXPECT_THAT(verify().error().message, HasSubstr("nothing said"));
}

TEST(KeeperReplyReading, WantsSealAndOutcomeToAgree) {
  const KeeperReply only_sealed{.seal = KeeperSeal::right, .outcome = KeeperOutcome::wrong};
  const KeeperReply unsealed{.outcome = KeeperOutcome::right};
  const KeeperReply sealed_state{.seal = KeeperSeal::right, .outcome = KeeperOutcome::state_only};
  for (const KeeperReply& reply : {only_sealed, unsealed, sealed_state}) {
    EXPECT_FALSE(verdict_of(reply));
    EXPECT_FALSE(state_of(reply));
  }
}

TEST(KeeperReplyReading, TakesNoAnswerForThatToAnotherQuestion) {
  EXPECT_FALSE(verdict_of({.outcome = KeeperOutcome::state_only, .state = AccountState::ok}));
  EXPECT_FALSE(state_of({.outcome = KeeperOutcome::wrong}));
  EXPECT_FALSE(state_of({.outcome = KeeperOutcome::throttled}));
  EXPECT_FALSE(state_of({}));
  EXPECT_FALSE(verdict_of({}));
}

TEST(KeeperReplyReading, TellsNoStateWithAWrongPassword) {
  const auto verdict =
      verdict_of({.outcome = KeeperOutcome::wrong, .state = AccountState::must_change});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->state, AccountState::unknown);
}

KeeperStandingReply standing_with(std::uint64_t first, std::uint64_t second) {
  return {.outcome = KeeperOutcome::state_only,
          .state = AccountState::ok,
          .mark_first = first,
          .mark_second = second};
}

TEST(KeeperStandingReading, TellsMarksApartByEitherHalf) {
  const auto one = standing_of(standing_with(1, 2));
  ASSERT_TRUE(one && one->mark);
  EXPECT_EQ(one->state, AccountState::ok);
  EXPECT_EQ(standing_of(standing_with(1, 2))->mark, one->mark);
  for (const auto& [first, second] : {std::pair(2, 1), std::pair(1, 3), std::pair(3, 2)}) {
    const auto other = standing_of(
        standing_with(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(second)));
    ASSERT_TRUE(other && other->mark);
    EXPECT_NE(other->mark, one->mark);
  }
  EXPECT_TRUE(standing_of(standing_with(0, 1))->mark);
  EXPECT_TRUE(standing_of(standing_with(1, 0))->mark);
}

TEST(KeeperStandingReading, TwoZerosAreNoMark) {
  const auto none = standing_of(standing_with(0, 0));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->state, AccountState::ok);
  EXPECT_FALSE(none->mark);
}

TEST(KeeperStandingReading, TakesNoOtherOutcome) {
  EXPECT_FALSE(standing_of({}));
  for (const KeeperOutcome outcome : {KeeperOutcome::right, KeeperOutcome::wrong,
                                      KeeperOutcome::throttled, KeeperOutcome::failed}) {
    KeeperStandingReply reply = standing_with(1, 2);
    reply.outcome = outcome;
    EXPECT_FALSE(standing_of(reply));
  }
}

TEST(NoKeeperTest, VerifiesNothingAndKnowsNothing) {
  NoKeeper none;
  EXPECT_FALSE(none.configured());
  EXPECT_FALSE(none.verify("alice", secret("x"), soon()));
  EXPECT_EQ(*none.account_state("alice", soon()), AccountState::unknown);
  const auto standing = none.standing("alice", soon());
  ASSERT_TRUE(standing);
  EXPECT_EQ(standing->state, AccountState::unknown);
  EXPECT_FALSE(standing->mark);
}

}  // namespace
}  // namespace usher::testing
