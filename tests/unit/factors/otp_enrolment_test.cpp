// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/otp_enrolment.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/fakes/made_secret.h"

namespace usher::testing {
namespace {

constexpr std::string_view kSeed = "12345678901234567890";

TEST(NewSeed, IsAsLongAsTheHash) {
  EXPECT_EQ(new_seed(OtpAlgorithm::sha1).size(), 20U);
  EXPECT_EQ(new_seed(OtpAlgorithm::sha256).size(), 32U);
  EXPECT_EQ(new_seed(OtpAlgorithm::sha512).size(), 64U);
}

TEST(NewSeed, IsNewEachTime) {
  EXPECT_FALSE(new_seed(OtpAlgorithm::sha1).equals(new_seed(OtpAlgorithm::sha1).expose()));
}

TEST(Base32, IsThatOfRfc4648InGroupsOfFourWithoutPadding) {
  EXPECT_EQ(base32_of(secret("f"))->expose(), "MY");
  EXPECT_EQ(base32_of(secret("fo"))->expose(), "MZXQ");
  EXPECT_EQ(base32_of(secret("foo"))->expose(), "MZXW 6");
  EXPECT_EQ(base32_of(secret("foob"))->expose(), "MZXW 6YQ");
  EXPECT_EQ(base32_of(secret("fooba"))->expose(), "MZXW 6YTB");
  EXPECT_EQ(base32_of(secret("foobar"))->expose(), "MZXW 6YTB OI");
  EXPECT_EQ(base32_of(secret(kSeed))->expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

TEST(Base32, OfNothingIsAnError) { EXPECT_FALSE(base32_of(Secret())); }

TEST(OtpauthUri, NamesIssuerAndAccountAndLeavesOutWhatIsUsual) {
  const auto uri = otpauth_uri(secret(kSeed), {}, "box", "alice");
  ASSERT_TRUE(uri) << uri.error().message;
  EXPECT_EQ(uri->expose(),
            "otpauth://totp/Usher%20on%20box:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Usher%20on%20box");
}

TEST(OtpauthUri, SaysWhatIsUnusual) {
  const auto uri = otpauth_uri(
      secret("f"), {.algorithm = OtpAlgorithm::sha256, .digits = 8, .period = 60}, "box", "alice");
  EXPECT_EQ(uri->expose(),
            "otpauth://totp/Usher%20on%20box:alice?secret=MY&issuer=Usher%20on%20box"
            "&algorithm=SHA256&digits=8&period=60");
}

TEST(OtpauthUri, EncodesWhatWouldChangeItsMeaning) {
  const auto uri = otpauth_uri(secret("f"), {}, "b:o/x", "a&secret=x%:é");
  EXPECT_EQ(uri->expose(),
            "otpauth://totp/Usher%20on%20b%3Ao%2Fx:a%26secret%3Dx%25%3A%C3%A9?secret=MY"
            "&issuer=Usher%20on%20b%3Ao%2Fx");
}

TEST(OtpauthUri, TooLongANameIsAnErrorAndNotACutOffAddress) {
  EXPECT_TRUE(otpauth_uri(secret(kSeed), {}, "box", std::string(256, ' ')));
  EXPECT_FALSE(otpauth_uri(secret(kSeed), {}, std::string(64, ' '), std::string(256, ' ')));
}

TEST(OtpauthUri, WithoutASeedIsAnError) { EXPECT_FALSE(otpauth_uri(Secret(), {}, "box", "alice")); }

TEST(OtpAlgorithmNames, AreReadAsTheyAreWritten) {
  for (const OtpAlgorithm algorithm :
       {OtpAlgorithm::sha1, OtpAlgorithm::sha256, OtpAlgorithm::sha512})
    EXPECT_EQ(otp_algorithm_named(name_of(algorithm)), algorithm);
  EXPECT_EQ(otp_algorithm_named("md5"), std::nullopt);
  EXPECT_EQ(otp_algorithm_named(""), std::nullopt);
}

}  // namespace
}  // namespace usher::testing
