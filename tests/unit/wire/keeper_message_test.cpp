// SPDX-License-Identifier: Apache-2.0
#include "usher/keeper_message.h"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "usher/codec.h"

namespace usher::testing {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename Message>
Bytes bytes_of(const Message& message) {
  Bytes packet(kMaxPacket);
  packet.resize(encode(message, packet));
  return packet;
}

TEST(KeeperMessage, BytesAreAsThePageSays) {
  EXPECT_EQ(bytes_of(KeeperState{.user = "ann"}), (Bytes{0x82, 1, 0, 3, 'a', 'n', 'n'}));
  EXPECT_EQ(bytes_of(KeeperVerify{.user = "ann", .password = "pw"}),
            (Bytes{0x81, 1, 0, 3, 'a', 'n', 'n', 2, 0, 2, 'p', 'w'}));
  EXPECT_EQ(
      bytes_of(KeeperReply{
          .seal = KeeperSeal::right, .outcome = KeeperOutcome::right, .state = AccountState::ok}),
      (Bytes{0x83, 1,    0, 8, 0x5a, 0xc9, 0x1e, 0x37, 0xd8, 0x42,
             0x6b, 0xf0, 2, 0, 1,    0xb6, 3,    0,    1,    0xd8}));
  EXPECT_EQ(bytes_of(KeeperStanding{.user = "ann"}), (Bytes{0x84, 1, 0, 3, 'a', 'n', 'n'}));
  EXPECT_EQ(bytes_of(KeeperStandingReply{.outcome = KeeperOutcome::state_only,
                                         .state = AccountState::ok,
                                         .mark_first = 0x0102030405060708,
                                         .mark_second = 9}),
            (Bytes{0x85, 1, 0, 1, 0x49, 2, 0, 1, 0xd8, 3, 0, 8, 1, 2, 3, 4,
                   5,    6, 7, 8, 4,    0, 8, 0, 0,    0, 0, 0, 0, 0, 9}));
}

TEST(KeeperMessage, ReadsBackWhatWasWritten) {
  for (const KeeperOutcome outcome : kKeeperOutcomes)
    for (const AccountState state : kAccountStates) {
      const Bytes packet = bytes_of(KeeperReply{.outcome = outcome, .state = state});
      const auto reply = decode<KeeperReply>(packet);
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->outcome, outcome);
      EXPECT_EQ(reply->state, state);
      EXPECT_FALSE(reply->is_right());
    }
}

TEST(KeeperMessage, OneByteOfAReplyThatIsOffIsNeverAYes) {
  const Bytes right = bytes_of(KeeperReply{
      .seal = KeeperSeal::right, .outcome = KeeperOutcome::right, .state = AccountState::ok});
  constexpr std::size_t kFirstOfState = 16;
  for (std::size_t at = 0; at < kFirstOfState; ++at)
    for (unsigned value = 0; value < 256; ++value) {
      Bytes packet = right;
      if (packet[at] == value) continue;
      packet[at] = static_cast<std::uint8_t>(value);
      const auto reply = decode<KeeperReply>(packet);
      EXPECT_FALSE(reply && reply->is_right()) << at << ' ' << value;
    }
}

TEST(KeeperMessage, SealsLieFarFromEachOtherAndFromThoseOfADialogue) {
  const std::vector<std::uint64_t> others = {
      0, ~std::uint64_t{0}, static_cast<std::uint64_t>(Seal::denied),
      static_cast<std::uint64_t>(Seal::success), static_cast<std::uint64_t>(Seal::ignore)};
  const auto right = static_cast<std::uint64_t>(KeeperSeal::right);
  const auto not_right = static_cast<std::uint64_t>(KeeperSeal::not_right);
  EXPECT_GE(std::popcount(right ^ not_right), 20);
  for (const std::uint64_t other : others) {
    EXPECT_GE(std::popcount(right ^ other), 20);
    EXPECT_GE(std::popcount(not_right ^ other), 20);
  }
}

TEST(KeeperMessage, ValuesThatAreNoneAreNeitherWrittenNorRead) {
  EXPECT_TRUE(bytes_of(KeeperReply{.state = AccountState{}}).empty());
  EXPECT_TRUE(bytes_of(KeeperReply{.outcome = KeeperOutcome{}}).empty());
  EXPECT_TRUE(bytes_of(KeeperReply{.seal = KeeperSeal{}}).empty());
  Bytes packet = bytes_of(KeeperReply{});
  packet.back() = 0;
  EXPECT_EQ(decode<KeeperReply>(packet).error(), DecodeError::bad_value);
}

TEST(KeeperMessage, NoPacketOfADialogueIsOneOfTheKeepers) {
  const Bytes answer = bytes_of(Answer{.secret = "ann"});
  EXPECT_EQ(decode<KeeperState>(answer).error(), DecodeError::wrong_type);
  EXPECT_EQ(decode<Answer>(bytes_of(KeeperState{.user = "ann"})).error(), DecodeError::wrong_type);
  EXPECT_FALSE(type_of(bytes_of(KeeperState{.user = "ann"})));
  EXPECT_EQ(decode<KeeperState>(Bytes{}).error(), DecodeError::empty);
}

TEST(KeeperMessage, AStandingIsReadBackAsItWasWritten) {
  for (const KeeperOutcome outcome : kKeeperOutcomes)
    for (const AccountState state : kAccountStates) {
      const Bytes packet = bytes_of(KeeperStandingReply{
          .outcome = outcome, .state = state, .mark_first = ~std::uint64_t{0}, .mark_second = 1});
      const auto reply = decode<KeeperStandingReply>(packet);
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->outcome, outcome);
      EXPECT_EQ(reply->state, state);
      EXPECT_EQ(reply->mark_first, ~std::uint64_t{0});
      EXPECT_EQ(reply->mark_second, 1U);
      EXPECT_EQ(decode<KeeperReply>(packet).error(), DecodeError::wrong_type);
    }
  EXPECT_EQ(decode<KeeperStanding>(bytes_of(KeeperState{.user = "ann"})).error(),
            DecodeError::wrong_type);
  EXPECT_TRUE(bytes_of(KeeperStandingReply{.state = AccountState{}}).empty());
}

TEST(KeeperMessage, StartsAsWhatLetsNobodyIn) {
  EXPECT_FALSE(KeeperReply{}.is_right());
  EXPECT_EQ(KeeperReply{}.outcome, KeeperOutcome::failed);
  EXPECT_EQ(KeeperStandingReply{}.outcome, KeeperOutcome::failed);
}

}  // namespace
}  // namespace usher::testing
