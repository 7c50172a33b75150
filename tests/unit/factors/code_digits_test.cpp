// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/code_digits.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "daemon/factors/otp.h"
#include "tests/fakes/made_secret.h"

namespace usher::testing {
namespace {

constexpr std::string_view kSeed20 = "12345678901234567890";
constexpr std::string_view kSeed32 = "12345678901234567890123456789012";
constexpr std::string_view kSeed64 =
    "1234567890123456789012345678901234567890123456789012345678901234";
constexpr std::int64_t kSecond = 1'000'000;

struct Vector {
  std::int64_t time;
  std::string_view sha1;
  std::string_view sha256;
  std::string_view sha512;
};

// RFC 6238 appendix B, with the seeds of its reference implementation (erratum 2866).
constexpr std::array kRfc6238 = {
    Vector{59, "94287082", "46119246", "90693936"},
    Vector{1111111109, "07081804", "68084774", "25091201"},
    Vector{1111111111, "14050471", "67062674", "99943326"},
    Vector{1234567890, "89005924", "91819424", "93441116"},
    Vector{2000000000, "69279037", "90698825", "38618901"},
    Vector{20000000000, "65353130", "77737706", "47863826"},
};

// RFC 4226 appendix D: counters 0 to 9.
constexpr std::array<std::string_view, 10> kRfc4226 = {"755224", "287082", "359152", "969429",
                                                       "338314", "254676", "287922", "162583",
                                                       "399871", "520489"};

TEST(Totp, GivesTheCodesOfRfc6238) {
  for (const Vector& vector : kRfc6238) {
    const auto expect = [&](OtpAlgorithm algorithm, std::string_view seed, std::string_view code) {
      const OtpParameters parameters{.algorithm = algorithm, .digits = 8};
      const auto made =
          code_of(secret(seed), parameters, totp_step(vector.time * kSecond, parameters));
      ASSERT_TRUE(made) << made.error().message;
      EXPECT_EQ(made->expose(), code) << vector.time;
    };
    expect(OtpAlgorithm::sha1, kSeed20, vector.sha1);
    expect(OtpAlgorithm::sha256, kSeed32, vector.sha256);
    expect(OtpAlgorithm::sha512, kSeed64, vector.sha512);
  }
}

TEST(Hotp, GivesTheCodesOfRfc4226) {
  for (const unsigned period : {30U, 60U})
    for (std::size_t counter = 0; counter < kRfc4226.size(); ++counter)
      EXPECT_EQ(
          code_of(secret(kSeed20), {.kind = OtpKind::hotp, .period = period}, counter)->expose(),
          kRfc4226[counter])
          << counter;
}

TEST(Totp, AStepIsAWholePeriodSince1970) {
  EXPECT_EQ(totp_step(0, {}), 0U);
  EXPECT_EQ(totp_step(30 * kSecond - 1, {}), 0U);
  EXPECT_EQ(totp_step(30 * kSecond, {}), 1U);
  EXPECT_EQ(totp_step(60 * kSecond, {.period = 60}), 1U);
  EXPECT_EQ(totp_step(-1, {}), 0U);
  EXPECT_EQ(totp_step(std::numeric_limits<std::int64_t>::min(), {}), 0U);
}

TEST(Totp, WhatMakesNoSafeCodeIsAnError) {
  EXPECT_FALSE(code_of(Secret(), {}, 1));
  EXPECT_FALSE(code_of(secret(kSeed20), {.digits = 5}, 1));
  EXPECT_FALSE(code_of(secret(kSeed20), {.digits = 9}, 1));
  EXPECT_FALSE(code_of(secret(kSeed20), {.period = 0}, 1));
  EXPECT_FALSE(code_of(secret(kSeed20), {.period = 3601}, 1));
  EXPECT_FALSE(code_of(secret(kSeed20), {.algorithm = OtpAlgorithm{}}, 1));
  EXPECT_FALSE(code_of(secret(kSeed20), {}, std::numeric_limits<std::uint64_t>::max()));
}

TEST(CodeDigits, SpacesDoNotCount) {
  for (const std::string_view typed : {"123456", "123 456", " 123456 ", "1 2 3 4 5 6"})
    EXPECT_EQ(CodeDigits::typed(secret(typed)).expose(), "123456") << typed;
}

TEST(CodeDigits, FullWidthDigitsAndSpacesAreTheOnesTheyStandFor) {
  EXPECT_EQ(CodeDigits::typed(secret("１２３　４５６")).expose(), "123456");
  EXPECT_EQ(CodeDigits::typed(secret("０９12 ３４")).expose(), "091234");
}

TEST(CodeDigits, TwoCodesStandOneBehindTheOther) {
  const auto pair = CodeDigits::typed_pair(secret("123456 654321"), 6);
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->first.expose(), "123456");
  EXPECT_EQ(pair->second.expose(), "654321");
  EXPECT_TRUE(CodeDigits::typed_pair(secret("1234567887654321"), 8));
  for (const std::string_view typed :
       {"", "123456", "123456 65432", "123456 6543210", "123456 65432a"})
    EXPECT_FALSE(CodeDigits::typed_pair(secret(typed), 6)) << typed;
  EXPECT_FALSE(CodeDigits::typed_pair(secret("12345678123456781"), 8));
}

TEST(CodeDigits, WhatIsNotDigitsIsNothing) {
  for (const std::string_view typed :
       {"", " ", "12345a", "123-456", "123456789", "１２３ａ", "\xef\xbc", "\xe3\x80",
        "\xd9\xa1\xd9\xa2", "12345\t6", "+12345", "123456\n"})
    EXPECT_EQ(CodeDigits::typed(secret(typed)).size(), 0U) << typed;
  EXPECT_EQ(CodeDigits::typed(Secret()).size(), 0U);
}

TEST(CodeDigits, NothingEqualsNothing) { EXPECT_FALSE(CodeDigits().equals(CodeDigits())); }

TEST(CodeDigits, AShorterOrLongerCodeIsAnotherCode) {
  const auto code = CodeDigits::typed(secret("123456"));
  EXPECT_TRUE(code.equals(CodeDigits::typed(secret("123456"))));
  EXPECT_FALSE(code.equals(CodeDigits::typed(secret("12345"))));
  EXPECT_FALSE(code.equals(CodeDigits::typed(secret("1234567"))));
  EXPECT_FALSE(code.equals(CodeDigits::typed(secret("123457"))));
}

TEST(MatchingStep, FindsTheStepWithinOneOfNow) {
  constexpr std::int64_t kNow = 5 * 30 * kSecond;
  for (std::size_t step = 0; step < kRfc4226.size(); ++step) {
    const auto found = matching_step(secret(kSeed20), {}, secret(kRfc4226[step]), kNow);
    ASSERT_TRUE(found) << found.error().message;
    if (step >= 4 && step <= 6)
      EXPECT_EQ(*found, step);
    else
      EXPECT_EQ(*found, std::nullopt) << step;
  }
}

TEST(MatchingStep, TheFirstStepHasNoneBeforeIt) {
  EXPECT_EQ(*matching_step(secret(kSeed20), {}, secret(kRfc4226[0]), 0), 0U);
  EXPECT_EQ(*matching_step(secret(kSeed20), {}, secret(kRfc4226[1]), 0), 1U);
}

TEST(MatchingStep, AcceptsACodeTypedInGroups) {
  EXPECT_EQ(*matching_step(secret(kSeed20), {}, secret("254 676"), 5 * 30 * kSecond), 5U);
}

TEST(MatchingStep, AnAnswerOfAnotherLengthFitsNoStep) {
  EXPECT_EQ(*matching_step(secret(kSeed20), {}, Secret(), 5 * 30 * kSecond), std::nullopt);
  EXPECT_EQ(*matching_step(secret(kSeed20), {}, secret("25467"), 5 * 30 * kSecond), std::nullopt);
  // The eight-digit code of the same step ends in the six-digit one.
  EXPECT_EQ(*matching_step(secret(kSeed20), {}, secret("68254676"), 5 * 30 * kSecond),
            std::nullopt);
}

}  // namespace
}  // namespace usher::testing
