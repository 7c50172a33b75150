// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/otp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/made_secret.h"
#include "tests/fakes/memory_store.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using Outcome = FactorCheck::Outcome;

class OtpFactorTest : public ::testing::Test {
 protected:
  std::uint64_t now() const { return totp_step(clock_.wall_microseconds(), {}); }
  // The code `offset` steps from now.
  Secret code(int offset = 0, std::string_view seed = kSeed, const OtpParameters& parameters = {}) {
    const auto step = static_cast<std::int64_t>(totp_step(clock_.wall_microseconds(), parameters));
    return *code_of(secret(seed), parameters, static_cast<std::uint64_t>(step + offset));
  }
  FactorCheck check(const Secret& answer, std::string_view user = "alice") {
    auto checked = factor_.check(user, answer, Deadline::after(60'000));
    EXPECT_TRUE(checked) << checked.error().message;
    return checked ? *std::move(checked) : FactorCheck{};
  }
  static std::uint64_t step_spent_by(const FactorCheck& checked) {
    EXPECT_EQ(checked.effects.size(), 1U);
    return checked.effects.size() == 1 ? std::get<SpendOtp>(checked.effects.front()).step : 0;
  }

  static constexpr std::string_view kSeed = "12345678901234567890";
  MemoryStore store_;
  FakeClock clock_;
  OtpFactor factor_{store_, clock_};
};

TEST_F(OtpFactorTest, TheCodeOfNowHoldsAndWouldBeSpent) {
  const auto id = store_.add_otp("alice", "phone", secret(kSeed));
  const auto checked = check(code());
  EXPECT_TRUE(checked.held());
  EXPECT_EQ(step_spent_by(checked), now());
  EXPECT_EQ(std::get<SpendOtp>(checked.effects.front()).credential, id);
}

TEST_F(OtpFactorTest, CheckingSpendsNothingItself) {
  const auto id = store_.add_otp("alice", "phone", secret(kSeed));
  EXPECT_TRUE(check(code()).held());
  EXPECT_EQ(store_.last_step_of(id), std::nullopt);
  EXPECT_EQ(store_.commits_asked(), 0);
}

TEST_F(OtpFactorTest, OneStepToEitherSideHolds) {
  store_.add_otp("alice", "phone", secret(kSeed));
  EXPECT_EQ(step_spent_by(check(code(-1))), now() - 1);
  EXPECT_EQ(step_spent_by(check(code(1))), now() + 1);
}

TEST_F(OtpFactorTest, TwoStepsToEitherSideDoNotAndTheReasonSaysWhere) {
  store_.add_otp("alice", "phone", secret(kSeed));
  const auto behind = check(code(-2));
  EXPECT_EQ(behind.outcome, Outcome::mismatch);
  EXPECT_THAT(behind.reason, HasSubstr("2 steps of 30 s behind"));
  EXPECT_TRUE(behind.effects.empty());
  const auto ahead = check(code(10));
  EXPECT_EQ(ahead.outcome, Outcome::mismatch);
  EXPECT_THAT(ahead.reason, HasSubstr("10 steps of 30 s ahead of"));
  EXPECT_EQ(check(code(11)).reason, "wrong code");
}

TEST_F(OtpFactorTest, ASpentCodeIsRefusedAsUsed) {
  store_.add_otp("alice", "phone", secret(kSeed), {}, now());
  const auto checked = check(code());
  EXPECT_EQ(checked.outcome, Outcome::mismatch);
  EXPECT_EQ(checked.reason, "code already used");
  EXPECT_TRUE(checked.effects.empty());
}

TEST_F(OtpFactorTest, AnEarlierCodeIsRefusedAfterALaterOne) {
  store_.add_otp("alice", "phone", secret(kSeed), {}, now());
  EXPECT_EQ(check(code(-1)).reason, "code already used");
  EXPECT_TRUE(check(code(1)).held());
}

TEST_F(OtpFactorTest, TheNextCodeHoldsAfterTimeHasPassed) {
  store_.add_otp("alice", "phone", secret(kSeed), {}, now());
  clock_.advance_seconds(30);
  EXPECT_TRUE(check(code()).held());
}

TEST_F(OtpFactorTest, AClockThatOnceRanAheadIsNamed) {
  store_.add_otp("alice", "phone", secret(kSeed), {}, now() + 100);
  const auto checked = check(code());
  EXPECT_EQ(checked.outcome, Outcome::mismatch);
  EXPECT_THAT(checked.reason, HasSubstr("100 steps of 30 s ahead"));
}

TEST_F(OtpFactorTest, WrongAnswersAreMismatches) {
  store_.add_otp("alice", "phone", secret(kSeed));
  const std::string right(code().expose());
  std::string wrong = right;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const std::string& answer : {std::string(), wrong, right.substr(1), right + "0", "0" + right,
                                    right + "\n", std::string("hunter2")}) {
    const auto checked = check(secret(answer));
    EXPECT_EQ(checked.outcome, Outcome::mismatch) << answer;
    EXPECT_TRUE(checked.effects.empty());
  }
}

TEST_F(OtpFactorTest, SpacesInACodeDoNotCount) {
  store_.add_otp("alice", "phone", secret(kSeed));
  const std::string right(code().expose());
  EXPECT_TRUE(check(secret(right.substr(0, 3) + " " + right.substr(3) + " ")).held());
}

TEST_F(OtpFactorTest, AUserWithoutAGeneratorIsNotEnrolled) {
  for (const std::string_view answer : {"123456", "", "no code"}) {
    const auto checked = check(secret(answer));
    EXPECT_EQ(checked.outcome, Outcome::not_enrolled);
    EXPECT_TRUE(checked.effects.empty());
  }
}

TEST_F(OtpFactorTest, AnotherUsersCodeIsRefused) {
  store_.add_otp("alice", "phone", secret(kSeed));
  store_.add_otp("bob", "phone", secret("another seed of bob."));
  EXPECT_EQ(check(code(), "bob").outcome, Outcome::mismatch);
  EXPECT_EQ(check(code(), "Alice").outcome, Outcome::not_enrolled);
}

TEST_F(OtpFactorTest, EachOfSeveralGeneratorsHoldsAndIsTheOneSpent) {
  store_.add_otp("alice", "phone", secret(kSeed));
  const OtpParameters eight{.algorithm = OtpAlgorithm::sha256, .digits = 8, .period = 60};
  const auto tablet = store_.add_otp("alice", "tablet", secret("the tablet's seed"), eight);
  const auto checked = check(code(0, "the tablet's seed", eight));
  EXPECT_TRUE(checked.held());
  ASSERT_EQ(checked.effects.size(), 1U);
  EXPECT_EQ(std::get<SpendOtp>(checked.effects.front()).credential, tablet);
  EXPECT_EQ(step_spent_by(checked), totp_step(clock_.wall_microseconds(), eight));
  EXPECT_TRUE(check(code()).held());
}

TEST_F(OtpFactorTest, ACodeThatFitsTwoGeneratorsSpendsOne) {
  store_.add_otp("alice", "phone", secret(kSeed), {}, now());
  const auto copy = store_.add_otp("alice", "copy", secret(kSeed));
  store_.add_otp("alice", "another", secret(kSeed));
  const auto checked = check(code());
  EXPECT_TRUE(checked.held());
  ASSERT_EQ(checked.effects.size(), 1U);
  EXPECT_EQ(std::get<SpendOtp>(checked.effects.front()).credential, copy);
}

TEST_F(OtpFactorTest, TheReasonTellsTheMostOfSeveralGenerators) {
  store_.add_otp("alice", "phone", secret(kSeed), {}, now());
  store_.add_otp("alice", "tablet", secret("the tablet's seed"));
  EXPECT_EQ(check(code()).reason, "code already used");
}

TEST_F(OtpFactorTest, AClockThatDriftsIsFollowedStepByStep) {
  store_.add_otp("alice", "phone", secret(kSeed));
  for (int drift = 1; drift <= kMostDrift; ++drift) {
    clock_.advance_seconds(30);
    const auto held = check(code(drift));
    ASSERT_TRUE(held.held()) << drift;
    EXPECT_EQ(std::get<SpendOtp>(held.effects.front()).drift, drift);
    if (drift > 1) {
      EXPECT_THAT(held.reason, HasSubstr(std::to_string(drift) +
                                         " steps of 30 s ahead of this machine's clock"));
    }
    ASSERT_EQ(store_.commit(held.effects), CommitOutcome::committed);
  }
  clock_.advance_seconds(30);
  EXPECT_FALSE(check(code(kMostDrift + 1)).held()) << "the bound";
}

TEST_F(OtpFactorTest, AClockThatWasSetRightAgainCountsAtOnce) {
  const auto id = store_.add_otp("alice", "phone", secret(kSeed));
  std::vector<Effect> drifted;
  drifted.emplace_back(SpendOtp{.credential = id, .step = now() - 8, .drift = -8});
  ASSERT_EQ(store_.commit(drifted), CommitOutcome::committed);
  EXPECT_TRUE(check(code(-7)).held());
  EXPECT_FALSE(check(code(-5)).held());
  EXPECT_TRUE(check(code(0)).held());
}

// A generator that counts.

class HotpTest : public OtpFactorTest {
 protected:
  static constexpr OtpParameters kCounting{.kind = OtpKind::hotp};
  static std::string at(std::uint64_t counter) {
    return std::string(code_of(secret(kSeed), kCounting, counter)->expose());
  }
  std::int64_t enrol(std::optional<std::uint64_t> last = std::nullopt) {
    return store_.add_otp("alice", "token", secret(kSeed), kCounting, last);
  }
};

TEST_F(HotpTest, TheNextTenCodesHoldAndSpendTheirCounter) {
  enrol(41);
  for (std::uint64_t counter = 42; counter < 52; ++counter)
    EXPECT_EQ(step_spent_by(check(secret(at(counter)))), counter);
  EXPECT_FALSE(check(secret(at(52))).held());
}

TEST_F(HotpTest, TheFirstCodeOfAllIsThatOfNought) {
  enrol();
  EXPECT_EQ(step_spent_by(check(secret(at(0)))), 0U);
}

TEST_F(HotpTest, ASpentCodeAndThoseBeforeItAreOver) {
  enrol(41);
  EXPECT_EQ(check(secret(at(41))).reason, "code already used");
  EXPECT_EQ(check(secret(at(35))).reason, "code already used");
  EXPECT_EQ(check(secret(at(1))).reason, "wrong code");
}

TEST_F(HotpTest, WrongCodesChangeNothing) {
  const auto id = enrol(41);
  for (const char* wrong : {"", "hunter2", "000000", "123456789012"})
    EXPECT_TRUE(check(secret(wrong)).effects.empty()) << wrong;
  EXPECT_TRUE(check(secret(at(60))).effects.empty());
  EXPECT_EQ(store_.last_step_of(id), 41U);
}

TEST_F(HotpTest, FarAheadItTakesTwoCodesInARow) {
  enrol(41);
  EXPECT_THAT(check(secret(at(70))).reason, HasSubstr("28 ahead"));
  EXPECT_EQ(step_spent_by(check(secret(at(70) + " " + at(71)))), 71U);
  EXPECT_EQ(step_spent_by(check(secret(at(141) + at(142)))), 142U);
  EXPECT_FALSE(check(secret(at(142) + at(143))).held()) << "the bound";
}

TEST_F(HotpTest, TwoCodesThatAreNotInARowDoNotCount) {
  enrol(41);
  EXPECT_FALSE(check(secret(at(50) + at(52))).held());
  EXPECT_FALSE(check(secret(at(51) + at(50))).held());
  EXPECT_FALSE(check(secret(at(50) + at(50))).held());
  EXPECT_FALSE(check(secret(at(40) + at(41))).held()) << "both are spent";
  EXPECT_FALSE(check(secret(at(41) + at(42))).held()) << "one is spent";
}

TEST_F(HotpTest, TheEndOfTheCounterIsAnErrorAndNotASuccess) {
  enrol(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - 5);
  EXPECT_FALSE(factor_.check("alice", secret("123456"), Deadline::after(60'000)));
}

TEST_F(OtpFactorTest, AStoreThatCanNotBeReadIsAnError) {
  store_.fail_reads(true);
  EXPECT_FALSE(factor_.check("alice", secret("123456"), Deadline::after(60'000)));
}

TEST_F(OtpFactorTest, AGeneratorWithoutASeedIsAnErrorAndNoCodeFits) {
  store_.add_otp("alice", "phone", Secret());
  EXPECT_FALSE(factor_.check("alice", secret("123456"), Deadline::after(60'000)));
}

}  // namespace
}  // namespace usher::testing
