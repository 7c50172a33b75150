// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/interchange/reading.h"

namespace usher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Import read_address(const std::string& address) { return read(address + "\n", Format::otpauth); }

/// An address with a secret, and these parameters behind it.
Import read_parameters(const std::string& parameters, const std::string& kind = "totp") {
  return read_address("otpauth://" + kind + "/ada?secret=" + std::string(kSeedInBase32) +
                      parameters);
}

TEST(Otpauth, AddressesAreReadOneALine) {
  const Import import = read(sample("addresses"), Format::otpauth);
  EXPECT_THAT(findings_of(import), IsEmpty());
  ASSERT_EQ(import.codes.size(), 3U);
  const auto at = [&](std::size_t index) -> const ImportedCode& { return import.codes[index]; };
  EXPECT_EQ(at(0).user, "");
  EXPECT_EQ(at(0).account, "ada");
  EXPECT_EQ(at(0).label, "Usher on box:ada");
  EXPECT_EQ(at(0).parameters, OtpParameters{});
  EXPECT_EQ(at(0).seed.expose(), kSeed);
  EXPECT_EQ(at(0).last_step, std::nullopt);
  EXPECT_EQ(at(0).at.line, 2U);
  EXPECT_EQ(at(1).label, "box:ada@box");
  EXPECT_EQ(at(1).account, "ada@box");
  EXPECT_EQ(at(2).label, "Example:ada");
  EXPECT_EQ(at(2).account, "ada");
  EXPECT_EQ(at(2).parameters,
            (OtpParameters{.kind = OtpKind::hotp, .algorithm = OtpAlgorithm::sha256, .digits = 8}));
  EXPECT_EQ(at(2).seed.size(), 35U);
  EXPECT_EQ(at(2).last_step, 4U);
}

TEST(Otpauth, ParametersAreRead) {
  EXPECT_EQ(only_code(read_parameters("&period=60&digits=7&algorithm=sha512")).parameters,
            (OtpParameters{.algorithm = OtpAlgorithm::sha512, .digits = 7, .period = 60}));
  EXPECT_EQ(only_code(read_parameters("&image=https%3A%2F%2Fexample.org&x")).parameters,
            OtpParameters{});
  EXPECT_EQ(only_code(read_parameters("&counter=0", "hotp")).last_step, std::nullopt);
}

TEST(Otpauth, SchemeKindAndNamesOfParametersMayBeOfEitherCase) {
  const Import import =
      read_address("OTPAUTH://TOTP/ada?Secret=" + std::string(kSeedInBase32) + "&ISSUER=Example");
  EXPECT_EQ(only_code(import).label, "Example:ada");
}

TEST(Otpauth, IssuerOfTheParametersComesBeforeThatOfTheName) {
  const Import import = read_address(
      "otpauth://totp/One:%20ada?secret=" + std::string(kSeedInBase32) + "&issuer=Other");
  EXPECT_EQ(only_code(import).label, "Other:ada");
}

TEST(Otpauth, LabelThatWouldBeTooLongIsTheIssuer) {
  const std::string issuer(60, 'i');
  EXPECT_EQ(only_code(read_parameters("&issuer=" + issuer)).label, issuer + ":ada");
  EXPECT_EQ(only_code(read_parameters("&issuer=" + issuer + "i")).label, issuer + "i");
  EXPECT_THAT(refusal_of(read_parameters("&issuer=" + issuer + "12345")),
              HasSubstr("the label is longer"));
}

TEST(Otpauth, BlanksAndPaddingOfTheSecretMayBeEncoded) {
  const Import import = read_address(
      "otpauth://totp/ada?secret=GEZD%20GNBV%20gy3t%20qojq%20GEZD%20GNBVGY3TQOJQ%3D%3D");
  EXPECT_EQ(only_code(import).seed.expose(), kSeed);
}

TEST(Otpauth, AddressWithoutNamesHasNoLabel) {
  EXPECT_EQ(only_code(read_address("otpauth://totp/?secret=" + std::string(kSeedInBase32))).label,
            "");
  EXPECT_EQ(only_code(read_address("otpauth://totp?secret=" + std::string(kSeedInBase32))).label,
            "");
}

TEST(Otpauth, OtherKindsAreRefused) {
  EXPECT_THAT(refusal_of(read_parameters("", "steam")),
              HasSubstr("1:11 mistake: its codes are no digits"));
  EXPECT_THAT(refusal_of(read_parameters("&encoder=steam")), HasSubstr("its codes are no digits"));
  EXPECT_THAT(refusal_of(read_parameters("", "motp")),
              HasSubstr("1:11 mistake: this is no kind of code"));
  EXPECT_THAT(refusal_of(read_parameters("&algorithm=MD5")),
              HasSubstr("1:70 mistake: this is no algorithm"));
}

TEST(Otpauth, NumbersAreNumbersWithinBounds) {
  EXPECT_THAT(refusal_of(read_parameters("&digits=5")), HasSubstr("its codes have 5 digits"));
  EXPECT_THAT(refusal_of(read_parameters("&digits=99999999999")),
              HasSubstr("its codes have 4294967295 digits"));
  EXPECT_THAT(refusal_of(read_parameters("&digits=-6")), HasSubstr("behind digits= is no number"));
  EXPECT_THAT(refusal_of(read_parameters("&period=0")), HasSubstr("its period is 0"));
  EXPECT_THAT(refusal_of(read_parameters("&period=3601")), HasSubstr("its period is 3601"));
  EXPECT_THAT(refusal_of(read_parameters("&period=3x")), HasSubstr("behind period= is no number"));
}

TEST(Otpauth, CounterHasToBeThere) {
  EXPECT_THAT(refusal_of(read_parameters("", "hotp")), HasSubstr("a counter is missing"));
  EXPECT_THAT(refusal_of(read_parameters("&counter=x", "hotp")), HasSubstr("a counter is missing"));
  EXPECT_THAT(refusal_of(read_parameters("&counter=18446744073709551615", "hotp")),
              HasSubstr("out of range"));
}

TEST(Otpauth, SameParameterTwiceIsRefused) {
  EXPECT_THAT(refusal_of(read_parameters("&secret=GEZDGNBVGY3TQOJRGEZDGNBVGY3TQOJR")),
              HasSubstr("1:60 mistake: secret= is there twice"));
}

TEST(Otpauth, DamagedAddressIsRefused) {
  EXPECT_THAT(refusal_of(read_address("otpauth://totp/ada")), HasSubstr("there is no secret"));
  EXPECT_THAT(refusal_of(read_address("otpauth://")), HasSubstr("this is no kind of code"));
  EXPECT_THAT(refusal_of(read_address("otpauth://totp/ad%6?secret=" + std::string(kSeedInBase32))),
              HasSubstr("names in this address are not percent-encoded"));
  EXPECT_THAT(refusal_of(read_address("otpauth://totp/ada?secret=GEZDGNBV%GY3TQOJQ")),
              HasSubstr("1:27 mistake: the secret in this address is not percent-encoded"));
  EXPECT_THAT(refusal_of(read_address("otpauth://totp/ada?secret=GEZDGNBV1Y3TQOJQ")),
              HasSubstr("1:27 mistake: character 9 of the secret"));
  EXPECT_THAT(refusal_of(read_address("otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ")),
              HasSubstr("80 bits"));
  EXPECT_THAT(refusal_of(read_address("https://example.org")), HasSubstr("this is no address"));
}

TEST(Otpauth, NamesThatSteerATerminalAreRefused) {
  EXPECT_THAT(refusal_of(read_parameters("&issuer=%1B%5B2J")), HasSubstr("not plain text"));
}

}  // namespace
}  // namespace usher::testing
