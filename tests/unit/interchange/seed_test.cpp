// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "daemon/interchange/encodings.h"

namespace usher::testing {
namespace {

using interchange::base64_decoded;
using interchange::percent_decoded;
using interchange::problem_of_seed;
using interchange::seed_of_base32;
using interchange::seed_of_hex;
using ::testing::HasSubstr;

std::string base32(std::string_view text) {
  const auto seed = seed_of_base32(text);
  return seed ? std::string(seed->expose())
              : "at " + std::to_string(seed.error().at) + ": " + seed.error().problem.message;
}

// RFC 4648 section 10.
TEST(SeedOfBase32, IsThatOfTheRfc) {
  EXPECT_EQ(base32("MY======"), "f");
  EXPECT_EQ(base32("MZXQ===="), "fo");
  EXPECT_EQ(base32("MZXW6==="), "foo");
  EXPECT_EQ(base32("MZXW6YQ="), "foob");
  EXPECT_EQ(base32("MZXW6YTB"), "fooba");
  EXPECT_EQ(base32("MZXW6YTBOI======"), "foobar");
}

TEST(SeedOfBase32, MayBeUnpaddedInLowerCaseAndGroups) {
  EXPECT_EQ(base32("mzxw 6ytb\toi"), "foobar");
  EXPECT_EQ(base32("MZXW-6YTB-OI"), "foobar");
  EXPECT_EQ(base32(" MZXW6YTBOI "), "foobar");
  EXPECT_EQ(base32(""), "");
}

TEST(SeedOfBase32, TellsWhereItIsBad) {
  EXPECT_THAT(base32("MZXW0YTB"), HasSubstr("at 4: character 5 of the secret"));
  EXPECT_THAT(base32("MZXW6YT1"), HasSubstr("at 7: character 8"));
  EXPECT_THAT(base32("MZXW\xC3\xBC"), HasSubstr("at 4: character 5"));
  EXPECT_THAT(base32("=MZXW6YTB"), HasSubstr("at 0: character 1"));
  EXPECT_THAT(base32("MY==MY=="), HasSubstr("at 4: character 5"));
}

TEST(SeedOfBase32, OfALengthThatNothingEncodesToIsCut) {
  for (const char* text : {"M", "MZX", "MZXW6Y", "MZXW6YTBO"})
    EXPECT_THAT(base32(text), HasSubstr("which is no length that base32 has")) << text;
}

TEST(SeedOfHex, IsReadInEitherCase) {
  EXPECT_EQ(seed_of_hex("666F6f")->expose(), "foo");
  EXPECT_EQ(seed_of_hex("00ff")->expose(), std::string("\0\xff", 2));
  EXPECT_EQ(seed_of_hex("6g").error().at, 1U);
  EXPECT_FALSE(seed_of_hex("666"));
  EXPECT_FALSE(seed_of_hex("66 6f"));
}

TEST(SeedBounds, AreThoseOfTheRfcAndOfReason) {
  const auto problem_of_size = [](std::size_t size) {
    Secret seed;
    EXPECT_TRUE(seed.assign(std::string(size, 'x')));
    return problem_of_seed(seed);
  };
  EXPECT_THAT(problem_of_size(0)->message, HasSubstr("there is no secret"));
  EXPECT_THAT(problem_of_size(15)->message, HasSubstr("120 bits"));
  EXPECT_FALSE(problem_of_size(16));
  EXPECT_FALSE(problem_of_size(128));
  EXPECT_THAT(problem_of_size(129)->message, HasSubstr("1032 bits"));
}

TEST(PercentDecoding, TellsWhereItIsBad) {
  EXPECT_EQ(percent_decoded("a%20b%c3%BC+")->expose(), "a b\xC3\xBC+");
  EXPECT_EQ(percent_decoded("")->expose(), "");
  EXPECT_EQ(percent_decoded("ab%2").error(), 2U);
  EXPECT_EQ(percent_decoded("%%20").error(), 0U);
  EXPECT_EQ(percent_decoded("%g0").error(), 0U);
}

// RFC 4648 section 10.
TEST(Base64Decoding, IsThatOfTheRfcInBothAlphabets) {
  EXPECT_EQ(base64_decoded("Zm9vYmFy")->expose(), "foobar");
  EXPECT_EQ(base64_decoded("Zm9vYmE=")->expose(), "fooba");
  EXPECT_EQ(base64_decoded("Zm9vYg==")->expose(), "foob");
  EXPECT_EQ(base64_decoded("Zm9vYg")->expose(), "foob");
  EXPECT_EQ(base64_decoded("+/8=")->expose(), base64_decoded("-_8")->expose());
  EXPECT_EQ(base64_decoded("Zm9*").error(), 3U);
  EXPECT_EQ(base64_decoded("Zm9=YmFy").error(), 3U);
  EXPECT_EQ(base64_decoded("Zm9vY").error(), 5U);
}

}  // namespace
}  // namespace usher::testing
