// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/times.h"
#include "tests/unit/ctl/fake_control.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kTwo = R"({"logins": [
  {"user":"ada","service":"sshd","from":"192.0.2.7","given":[],"logins":3,
   "last":"2026-03-01T12:00:00.000000Z","ready":true,"observed":true,"would":"ask","lacks":[],
   "reason":"","rule":"everything else","at":"/r.toml:1"},
  {"user":"bob","service":"sudo","from":"","given":[],"logins":1,
   "last":"2026-03-02T12:00:00.000000Z","ready":false,"observed":true,"would":"ask",
   "lacks":["otp"],"reason":"","rule":"everything else","at":"/r.toml:1"}], "cut": false})";

TEST(Readiness, ListsWhoWouldBeLockedOut) {
  const FakeControl usherd(returns(kTwo));
  const Outcome outcome = usherctl({"readiness", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, R"(bob  sudo  local  1  2026-03-02  lacks otp  everything else
1 of 2 people would be locked out.
)");
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(Readiness, ListsEverybodyWhenTold) {
  const FakeControl usherd(returns(kTwo));
  const Outcome outcome = usherctl({"readiness", "--all", "--control", usherd.path()});
  EXPECT_THAT(outcome.out, HasSubstr("ada  sshd  192.0.2.7  3  2026-03-01  ready "));
}

TEST(Readiness, IsDoneWhereNobodyWouldBe) {
  const FakeControl usherd(returns(R"({"logins": [], "cut": false})"));
  const Outcome outcome =
      usherctl({"readiness", "--since", "2026-03-01", "--control", usherd.path()});
  EXPECT_EQ(outcome.out, "No login was observed since 2026-03-01.\n");
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST(Readiness, WhatWasCutOffIsNotDone) {
  const FakeControl usherd(returns(R"({"logins": [], "cut": true})"));
  EXPECT_EQ(usherctl({"readiness", "--control", usherd.path()}).exit_code, 1);
}

TEST(Readiness, ATimeThatIsNoneIsAMistakeOfTheCommandLine) {
  EXPECT_EQ(usherctl({"readiness", "--since", "yesterday"}).exit_code, 2);
}

TEST(Since, ReadsDurationsAndDates) {
  constexpr std::int64_t kMoment = 1'000'000'000;
  EXPECT_EQ(ctl::since("90m", kMoment), kMoment - 5'400);
  EXPECT_EQ(ctl::since("24h", kMoment), kMoment - 86'400);
  EXPECT_EQ(ctl::since("7d", kMoment), kMoment - 604'800);
  EXPECT_EQ(ctl::since("0d", kMoment), kMoment);
  EXPECT_TRUE(ctl::since("2026-03-01", kMoment));
  for (const char* wrong : {"", "d", "7", "7w", "-7d", "7 d", "7dd", "1.5h", "2026-02-30",
                            "2026-03-01 12:00", "99999999999999999999d", "99999999999d"})
    EXPECT_FALSE(ctl::since(wrong, kMoment)) << wrong;
}

}  // namespace
}  // namespace usher::testing
