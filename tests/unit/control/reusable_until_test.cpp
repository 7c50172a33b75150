// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "daemon/control/session_json.h"

namespace usher {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// Two clocks that tick at different moments, as those of a machine do.
class UnevenClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_microseconds() const override { return 1000 * kSecond + now; }
  [[nodiscard]] std::int64_t boot_microseconds() const override {
    return 50 * kSecond + 700'000 + now;
  }
  std::int64_t now = 0;
};

Rule rule_with(std::vector<ReuseWindow> reuse, bool observe = false) {
  Rule rule;
  rule.reuse = std::move(reuse);
  rule.observe = observe;
  return rule;
}

/// Of a code that was proven at second 1000 of the wall clock.
std::int64_t until(const std::vector<Rule>& rules, std::int64_t microseconds_later) {
  UnevenClock clock;
  const EarnedProof proof{.user = "ada",
                          .for_uid = 1000,
                          .factor = Factor::otp,
                          .by = ProvenBy::usher,
                          .tie = {},
                          .boot_at = clock.boot_microseconds(),
                          .wall_at = 1000};
  clock.now = microseconds_later;
  return reusable_until(proof, rules, clock);
}

TEST(ReusableUntil, IsTheSameWheneverItIsAsked) {
  const std::vector rules{rule_with({{.factor = Factor::otp, .seconds = 60}})};
  for (const std::int64_t tenths : {0, 1, 2, 3, 4, 5, 9, 10, 11, 299, 300, 301, 599, 600})
    EXPECT_EQ(until(rules, tenths * kSecond / 10), 1060) << tenths;
}

TEST(ReusableUntil, IsNeverWhereNoRuleLetsItBeReusedAnyMore) {
  const std::vector rules{rule_with({{.factor = Factor::otp, .seconds = 60}}),
                          rule_with({{.factor = Factor::password, .seconds = 600}}),
                          rule_with({{.factor = Factor::otp, .seconds = 600}}, /*observe=*/true)};
  EXPECT_EQ(until(rules, 60 * kSecond), 1060);
  EXPECT_EQ(until(rules, 60 * kSecond + 1), 0);
  EXPECT_EQ(until({}, 0), 0);
}

TEST(ReusableUntil, IsWhatTheMostGenerousRuleSays) {
  const std::vector rules{rule_with({{.factor = Factor::otp, .seconds = 60}}),
                          rule_with({{.factor = Factor::otp, .seconds = 300}}),
                          rule_with({{.factor = Factor::otp, .seconds = 120}})};
  EXPECT_EQ(until(rules, kSecond), 1300);
}

}  // namespace
}  // namespace usher
