// SPDX-License-Identifier: Apache-2.0
#include "usher/dialogue_state.h"

#include <gtest/gtest.h>

#include <optional>
#include <tuple>
#include <vector>

namespace usher {
namespace {

constexpr std::array kStates = {DialogueState::connected, DialogueState::greeted,
                                DialogueState::ready,     DialogueState::deciding,
                                DialogueState::asking,    DialogueState::closed};
constexpr std::array kTypes = {MessageType::hello,  MessageType::begin,  MessageType::prompt,
                               MessageType::answer, MessageType::cancel, MessageType::restart,
                               MessageType::verdict};

using Step = std::pair<Side, MessageType>;

/// A tracker that has been led into `state`.
DialogueTracker tracker_in(DialogueState state) {
  const std::vector<Step> whole = {{Side::module, MessageType::hello},
                                   {Side::daemon, MessageType::hello},
                                   {Side::module, MessageType::begin},
                                   {Side::daemon, MessageType::prompt},
                                   {Side::module, MessageType::cancel}};
  DialogueTracker tracker;
  for (const auto& [side, message] : whole) {
    if (tracker.state() == state) break;
    EXPECT_TRUE(tracker.advance(side, message));
  }
  EXPECT_EQ(tracker.state(), state);
  return tracker;
}

/// The protocol's table, written down a second time: PROTOCOL.md, "States".
std::optional<DialogueState> allowed(DialogueState state, Side sender, MessageType message) {
  using enum DialogueState;
  const bool module = sender == Side::module;
  const bool restart = !module && message == MessageType::restart;
  switch (state) {
    case connected:
      if (module && message == MessageType::hello) return greeted;
      break;
    case greeted:
      if (!module && message == MessageType::hello) return ready;
      if (restart) return closed;
      break;
    case ready:
      if (module && message == MessageType::begin) return deciding;
      if (restart) return closed;
      break;
    case deciding:
      if (!module && message == MessageType::prompt) return asking;
      if (!module && message == MessageType::verdict) return closed;
      if (restart) return closed;
      break;
    case asking:
      if (module && message == MessageType::answer) return deciding;
      if (module && message == MessageType::cancel) return closed;
      if (!module && message == MessageType::verdict) return closed;
      if (restart) return closed;
      break;
    case closed:
      break;
  }
  return std::nullopt;
}

TEST(DialogueState, EveryMessageInEveryStateFromEitherSideIsAsInTheTable) {
  for (const DialogueState state : kStates) {
    for (const Side side : {Side::module, Side::daemon}) {
      for (const MessageType message : kTypes) {
        DialogueTracker tracker = tracker_in(state);
        const auto next = allowed(state, side, message);
        EXPECT_EQ(tracker.advance(side, message), next.has_value())
            << static_cast<int>(state) << ' ' << static_cast<int>(side) << ' '
            << static_cast<int>(message);
        EXPECT_EQ(tracker.state(), next.value_or(DialogueState::closed));
      }
    }
  }
}

TEST(DialogueState, ARefusedMessageClosesForGood) {
  DialogueTracker tracker;
  EXPECT_FALSE(tracker.advance(Side::daemon, MessageType::hello));
  EXPECT_FALSE(tracker.advance(Side::module, MessageType::hello));
  EXPECT_EQ(tracker.state(), DialogueState::closed);
}

TEST(DialogueState, NobodyIsAskedMoreThan32Times) {
  DialogueTracker tracker = tracker_in(DialogueState::deciding);
  for (int round = 0; round < 32; ++round) {
    ASSERT_TRUE(tracker.advance(Side::daemon, MessageType::prompt)) << round;
    ASSERT_TRUE(tracker.advance(Side::module, MessageType::answer)) << round;
  }
  EXPECT_FALSE(tracker.advance(Side::daemon, MessageType::prompt));
  EXPECT_FALSE(tracker.advance(Side::daemon, MessageType::verdict));
}

TEST(DialogueState, AVerdictAfter32PromptsIsStillHeard) {
  DialogueTracker tracker = tracker_in(DialogueState::deciding);
  for (int round = 0; round < 32; ++round) {
    ASSERT_TRUE(tracker.advance(Side::daemon, MessageType::prompt));
    ASSERT_TRUE(tracker.advance(Side::module, MessageType::answer));
  }
  EXPECT_TRUE(tracker.advance(Side::daemon, MessageType::verdict));
}

}  // namespace
}  // namespace usher
