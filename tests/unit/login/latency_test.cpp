// SPDX-License-Identifier: Apache-2.0
// How long a request took, as the audit log tells it.
#include "tests/unit/login/login_fixture.h"

namespace usher::testing {
namespace {

class LatencyTest : public LoginTest {};

TEST_F(LatencyTest, IsWhatPassedFromTheRequestToTheVerdictThePersonsTypingIncluded) {
  const std::int64_t began = clock.wall_microseconds();
  ScriptedDialogue dialogue;
  dialogue
      .answer_with([this](std::string_view) {
        clock.advance_seconds(7);
        return std::string(kPassword);
      })
      .answer_with([this](std::string_view) {
        clock.advance_seconds(5);
        return code();
      });
  const auto verdict = run(request("alice"), dialogue);
  ASSERT_TRUE(verdict && verdict->accepted);
  EXPECT_EQ(audit.last().latency_microseconds, 12'000'000);
  EXPECT_EQ(audit.last().time_microseconds, began) << "when the request came";
}

TEST_F(LatencyTest, IsToldOfADialogueThatWasBrokenOff) {
  ScriptedDialogue dialogue;
  dialogue
      .answer_with([this](std::string_view) {
        clock.advance_seconds(9);
        return std::string("a guess");
      })
      .end(DialogueEnd::hung_up);
  EXPECT_FALSE(run(request("alice"), dialogue));
  EXPECT_EQ(audit.last().kind, EventKind::dialogue_aborted);
  EXPECT_EQ(audit.last().latency_microseconds, 9'000'000);
}

TEST_F(LatencyTest, DoesNotGoBackWithTheWallClock) {
  ScriptedDialogue dialogue;
  dialogue
      .answer_with([this](std::string_view) {
        clock.advance_seconds(3);
        clock.set_wall_seconds(FakeClock::kStartSeconds - 3600);
        return std::string("a guess");
      })
      .answer("000000");
  const auto verdict = run(request("alice"), dialogue);
  ASSERT_TRUE(verdict && !verdict->accepted);
  EXPECT_EQ(audit.last().latency_microseconds, 3'000'000);
}

}  // namespace
}  // namespace usher::testing
