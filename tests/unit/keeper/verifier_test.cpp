// SPDX-License-Identifier: Apache-2.0
#include "keeper/verifier.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <latch>
#include <thread>

#include "keeper/hashing.h"
#include "tests/fakes/fake_clock.h"
#include "tests/unit/keeper/scratch_shadow.h"

namespace usher::testing {
namespace {

class VerifierTest : public ::testing::Test {
 protected:
  void entry(const std::string& user, const std::string& hash, const std::string& days = "::::::") {
    text_ += user + ":" + hash + ":" + days + "\n";
    scratch_.write(text_);
  }
  KeeperReply verify(std::string_view user, std::string_view password) {
    return verifier_.answer(KeeperVerify{.user = user, .password = password});
  }
  KeeperReply state(std::string_view user) { return verifier_.answer(KeeperState{.user = user}); }
  KeeperStandingReply standing(std::string_view user) {
    return verifier_.answer(KeeperStanding{.user = user});
  }
  static bool has_mark(const KeeperStandingReply& reply) {
    return reply.mark_first != 0 || reply.mark_second != 0;
  }
  static bool same_mark(const KeeperStandingReply& a, const KeeperStandingReply& b) {
    return a.mark_first == b.mark_first && a.mark_second == b.mark_second;
  }
  static void expect_wrong(const KeeperReply& reply) {
    EXPECT_EQ(reply.seal, KeeperSeal::not_right);
    EXPECT_EQ(reply.outcome, KeeperOutcome::wrong);
    EXPECT_EQ(reply.state, AccountState::unknown);
  }

  ScratchShadow scratch_;
  std::string text_;
  FakeClock clock_;
  const ShadowFile shadow_{scratch_.path(), ::geteuid()};
  const SodiumReady sodium_;
  GuessLimit limit_{clock_};
  HashGate gate_{2};
  QuietLog log_{clock_};
  Verifier verifier_{
      {.shadow = shadow_, .limit = limit_, .gate = gate_, .clock = clock_, .log = log_},
      "$6$rounds=1000$fallback$"};
};

TEST_F(VerifierTest, SaysRightToTheRightPasswordAndTellsTheState) {
  entry("alice", hash_of("secret"));
  entry("bob", hash_of("secret"), "0:0:99999:7:::");
  const KeeperReply reply = verify("alice", "secret");
  EXPECT_TRUE(reply.is_right());
  EXPECT_EQ(reply.state, AccountState::ok);
  EXPECT_EQ(verify("bob", "secret").state, AccountState::must_change);
}

TEST_F(VerifierTest, TellsNothingWhereThePasswordIsWrong) {
  entry("alice", hash_of("secret"), "0:0:99999:7:::");
  for (const std::string_view other : {"", "Secret", "secret ", "secre"})
    expect_wrong(verify("alice", other));
}

TEST_F(VerifierTest, NeverVerifiesWhoHasNoPassword) {
  entry("none", "");
  for (const char* mark : {"!", "*", "!!", "x"}) entry(mark, mark);
  const std::string hash = hash_of("secret");
  entry("locked", "!" + hash);
  entry("blank", hash_of(""));
  for (const std::string_view user : {"none", "!", "*", "!!", "x", "locked", "blank", "nobody", ""})
    for (const std::string_view password : {"", "x", "!", "*", "secret", hash.c_str()})
      expect_wrong(verify(user, password));
}

TEST_F(VerifierTest, VerifiesNobodyByAnothersPassword) {
  entry("alice", hash_of("secret"));
  entry("bob", "*");
  expect_wrong(verify("bob", "secret"));
  expect_wrong(verify("nobody", "secret"));
}

TEST_F(VerifierTest, AStandingIsTheStateAndAMarkThatStaysWhileThePasswordDoes) {
  entry("alice", hash_of("secret"));
  entry("bob", hash_of("secret"), "0:0:99999:7:::");
  const KeeperStandingReply first = standing("alice");
  EXPECT_EQ(first.outcome, KeeperOutcome::state_only);
  EXPECT_EQ(first.state, AccountState::ok);
  EXPECT_TRUE(has_mark(first));
  EXPECT_TRUE(same_mark(standing("alice"), first));
  EXPECT_EQ(standing("bob").state, AccountState::must_change);
  EXPECT_FALSE(same_mark(standing("bob"), first)) << "whoever has the same password";

  text_.clear();
  entry("alice", hash_of("other"));
  EXPECT_FALSE(same_mark(standing("alice"), first));
  EXPECT_TRUE(has_mark(standing("alice")));
}

TEST_F(VerifierTest, ALockedPasswordIsAnotherThanTheOneBehindTheLock) {
  const std::string hash = hash_of("secret");
  entry("alice", hash);
  const KeeperStandingReply open = standing("alice");
  text_.clear();
  entry("alice", "!" + hash);
  EXPECT_EQ(standing("alice").state, AccountState::locked);
  EXPECT_FALSE(has_mark(standing("alice")));
  text_.clear();
  entry("alice", hash);
  EXPECT_TRUE(same_mark(standing("alice"), open));
}

TEST_F(VerifierTest, WhoHasNoPasswordHasNoMark) {
  entry("none", "");
  entry("gone", "*", ":::::1:");
  for (const std::string_view user : {"none", "gone", "nobody", ""}) {
    EXPECT_EQ(standing(user).outcome, KeeperOutcome::state_only) << user;
    EXPECT_FALSE(has_mark(standing(user))) << user;
  }
  EXPECT_EQ(standing("gone").state, AccountState::account_expired);
  EXPECT_EQ(standing("nobody").state, AccountState::unknown);
}

TEST_F(VerifierTest, WithoutTheFileAStandingIsNotKnown) {
  entry("alice", hash_of("secret"));
  std::filesystem::remove(scratch_.path());
  const KeeperStandingReply reply = standing("alice");
  EXPECT_EQ(reply.outcome, KeeperOutcome::failed);
  EXPECT_EQ(reply.state, AccountState::unknown);
  EXPECT_FALSE(has_mark(reply));
}

TEST_F(VerifierTest, StatesNeedNoPassword) {
  entry("alice", hash_of("secret"));
  entry("locked", "!" + hash_of("secret"));
  entry("gone", "*", ":::::1:");
  EXPECT_EQ(state("alice").state, AccountState::ok);
  EXPECT_EQ(state("locked").state, AccountState::locked);
  EXPECT_EQ(state("gone").state, AccountState::account_expired);
  EXPECT_EQ(state("nobody").state, AccountState::unknown);
  EXPECT_EQ(state("alice").outcome, KeeperOutcome::state_only);
  EXPECT_FALSE(state("alice").is_right());
}

TEST_F(VerifierTest, ThrottlesAfterABurstEvenTheRightPassword) {
  entry("alice", hash_of("secret"));
  for (int i = 0; i < kGuessBurst; ++i) expect_wrong(verify("alice", "guess"));
  const KeeperReply reply = verify("alice", "secret");
  EXPECT_FALSE(reply.is_right());
  EXPECT_EQ(reply.outcome, KeeperOutcome::throttled);
  clock_.advance_seconds(2);
  EXPECT_TRUE(verify("alice", "secret").is_right());
}

TEST_F(VerifierTest, ChargesNeitherRightPasswordsNorStates) {
  entry("alice", hash_of("secret"));
  for (int i = 0; i < 2 * kGuessBurst; ++i) {
    ASSERT_TRUE(verify("alice", "secret").is_right()) << i;
    ASSERT_EQ(state("alice").outcome, KeeperOutcome::state_only) << i;
  }
}

TEST_F(VerifierTest, AnEmptyPasswordIsNoGuess) {
  entry("alice", hash_of("secret"));
  for (int i = 0; i < 2 * kGuessBurst; ++i) expect_wrong(verify("alice", ""));
  EXPECT_TRUE(verify("alice", "secret").is_right());
}

TEST_F(VerifierTest, ThrottledIsNotLookedAt) {
  entry("alice", hash_of("secret"));
  for (int i = 0; i < kGuessBurst; ++i) static_cast<void>(verify("alice", "guess"));
  std::filesystem::remove(scratch_.path());
  EXPECT_EQ(verify("alice", "secret").outcome, KeeperOutcome::throttled);
}

TEST_F(VerifierTest, FailingIsNeitherRightNorWrongNorCharged) {
  entry("alice", hash_of("secret"));
  std::filesystem::remove(scratch_.path());
  for (int i = 0; i < 2 * kGuessBurst; ++i) {
    const KeeperReply reply = verify("alice", "secret");
    ASSERT_EQ(reply.outcome, KeeperOutcome::failed);
    ASSERT_EQ(reply.seal, KeeperSeal::not_right);
  }
  EXPECT_EQ(state("alice").outcome, KeeperOutcome::failed);
  EXPECT_EQ(state("alice").state, AccountState::unknown);
}

/// Processor time of this thread, in microseconds: what was worked, whatever else runs.
template <typename Work>
std::int64_t worked(Work work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000;
  };
  const std::int64_t before = now();
  work();
  return now() - before;
}

TEST_F(VerifierTest, DoesTheSameWorkForWhoHasNoHash) {
  crypt_data data{};
  const std::string dear = ::crypt_r("secret", "$6$rounds=100000$saltsalt$", &data);
  entry("alice", dear);
  entry("bob", dear);
  entry("carol", hash_of("secret"));
  entry("locked", "!" + dear);
  entry("odd", "$99$unknown$toanylibcrypt");
  const std::int64_t alice = worked([&] { expect_wrong(verify("alice", "guess")); });
  for (const std::string_view user : {"nobody", "locked", "odd"}) {
    const std::int64_t other = worked([&] { expect_wrong(verify(user, "guess")); });
    EXPECT_GT(other, alice / 3) << user;
    EXPECT_LT(other, alice * 3) << user;
  }
  const std::int64_t empty = worked([&] { expect_wrong(verify("alice", "")); });
  EXPECT_GT(empty, alice / 3);
}

TEST_F(VerifierTest, DoesSomeWorkWhereNobodyHasAHash) {
  entry("root", "*");
  const std::int64_t time = worked([&] { expect_wrong(verify("root", "guess")); });
  EXPECT_GT(time, 100);
}

TEST_F(VerifierTest, FreesItsTurn) {
  entry("alice", hash_of("secret"));
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(verify("alice", "guess"));
    static_cast<void>(state("alice"));
  }
  const auto one = gate_.enter(Deadline::after(0));
  const auto two = gate_.enter(Deadline::after(0));
  EXPECT_TRUE(one.held() && two.held());
}

}  // namespace
}  // namespace usher::testing
