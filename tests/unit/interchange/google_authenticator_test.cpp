// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/interchange/reading.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Import read_file(const std::string& content) { return read(content, Format::google_authenticator); }

/// A file with these lines behind a secret of 160 bits.
Import read_options(const std::string& lines) {
  return read_file(std::string(kSeedInBase32) + "\n" + lines);
}

TEST(GoogleAuthenticator, FileOfAUsedGeneratorSaysWhatIsSpent) {
  const Import import = read_file(sample("google-authenticator-used"));
  ASSERT_EQ(import.codes.size(), 1U);
  const ImportedCode& code = import.codes.front();
  EXPECT_EQ(code.user, "");
  EXPECT_EQ(code.label, "google-authenticator");
  EXPECT_EQ(code.parameters, OtpParameters{});
  EXPECT_EQ(code.seed.size(), 16U);
  EXPECT_EQ(code.last_step, 59'861'195U);
  EXPECT_EQ(code.at.line, 1U);
  EXPECT_THAT(
      findings_of(import),
      ElementsAre("6:1 note: 5 scratch codes are not taken over: eight digits are too few"));
  EXPECT_THAT(import.findings.front().hint, HasSubstr("usherctl recovery new"));
}

TEST(GoogleAuthenticator, FileOfACounterSaysWhichCodeComesNext) {
  const Import import = read_file(sample("google-authenticator-counter"));
  ASSERT_EQ(import.codes.size(), 1U);
  const ImportedCode& code = import.codes.front();
  EXPECT_EQ(code.parameters.kind, OtpKind::hotp);
  EXPECT_EQ(code.parameters.period, 30U);
  EXPECT_EQ(code.last_step, 3U);
}

TEST(GoogleAuthenticator, PeriodIsTheFiles) {
  const Import import = read_file(sample("google-authenticator-minute"));
  ASSERT_EQ(import.codes.size(), 1U);
  EXPECT_EQ(import.codes.front().parameters.period, 60U);
  EXPECT_EQ(import.codes.front().last_step, 29'930'597U);
  EXPECT_THAT(findings_of(import),
              ElementsAre("6:1 note: 1 scratch code is not taken over: eight digits are too few"));
}

TEST(GoogleAuthenticator, SeedIsThatOfTheFirstLine) {
  const Import import = read_options("\" TOTP_AUTH\n");
  EXPECT_EQ(only_code(import).seed.expose(), kSeed);
  EXPECT_EQ(only_code(import).last_step, std::nullopt);
}

TEST(GoogleAuthenticator, NewestOfSeveralUsedStepsCounts) {
  EXPECT_EQ(only_code(read_options("\" DISALLOW_REUSE 7 9 8\n\" TOTP_AUTH\n")).last_step, 9U);
}

TEST(GoogleAuthenticator, UsedStepsMeanNothingToACounter) {
  const Import import = read_options("\" DISALLOW_REUSE 9\n\" TOTP_AUTH\n\" HOTP_COUNTER 1\n");
  EXPECT_EQ(only_code(import).parameters.kind, OtpKind::hotp);
  EXPECT_EQ(only_code(import).last_step, 0U);
}

TEST(GoogleAuthenticator, LinesMayEndAsOnWindowsAndTheLastOneNotAtAll) {
  EXPECT_EQ(only_code(read_options("\" STEP_SIZE 60\r\n\" TOTP_AUTH")).parameters.period, 60U);
}

TEST(GoogleAuthenticator, WhatTheModuleKeepsForItselfIsPassedOver) {
  const Import import = read_options(
      "\" RATE_LIMIT 3 30 1795835872\n\" WINDOW_SIZE 17\n\" RESETTING_TIME_SKEW 5+3 6+3\n"
      "\" LAST0 192.0.2.1 1795835872\n\" TOTP_AUTH\n");
  EXPECT_EQ(only_code(import).last_step, std::nullopt);
}

TEST(GoogleAuthenticator, UnknownOptionIsSaidAndPassedOver) {
  const Import import = read_options("\" TOTP_AUTH\n\" SOMETHING_NEW 3\n");
  EXPECT_EQ(import.codes.size(), 1U);
  EXPECT_THAT(findings_of(import),
              ElementsAre("3:1 note: this option is not known, and passed over"));
}

TEST(GoogleAuthenticator, ClockThatIsOffIsWarnedOf) {
  const Import import = read_options("\" TIME_SKEW -4\n\" TOTP_AUTH\n");
  EXPECT_EQ(import.codes.size(), 1U);
  EXPECT_THAT(findings_of(import),
              ElementsAre("2:1 warning: the clock of this generator was off by -4 steps, which "
                          "Usher does not take over"));
  EXPECT_THAT(findings_of(read_options("\" TIME_SKEW 0\n\" TOTP_AUTH\n")), IsEmpty());
}

TEST(GoogleAuthenticator, SecretOf80BitsAsOldVersionsMadeItIsRefused) {
  EXPECT_THAT(refusal_of(read_file("GEZDGNBVGY3TQOJQ\n\" TOTP_AUTH\n")),
              HasSubstr("1:1 mistake: the secret has 80 bits"));
}

TEST(GoogleAuthenticator, BadCharacterOfTheSecretIsToldByItsPlace) {
  EXPECT_THAT(refusal_of(read_file("GEZDGNBVGY3TQOJQ1EZDGNBVGY\n\" TOTP_AUTH\n")),
              HasSubstr("1:17 mistake: character 17 of the secret is not one of base32"));
}

TEST(GoogleAuthenticator, DamagedOptionIsToldByItsLine) {
  EXPECT_THAT(refusal_of(read_options("\" STEP_SIZE soon\n\" TOTP_AUTH\n")),
              HasSubstr("2:1 mistake: STEP_SIZE"));
  EXPECT_THAT(refusal_of(read_options("\" STEP_SIZE\n\" TOTP_AUTH\n")),
              HasSubstr("2:1 mistake: STEP_SIZE"));
  EXPECT_THAT(refusal_of(read_options("\" TOTP_AUTH\n\" DISALLOW_REUSE 5986119x\n")),
              HasSubstr("3:1 mistake: DISALLOW_REUSE"));
  EXPECT_THAT(refusal_of(read_options("\" TOTP_AUTH\n\" TIME_SKEW x\n")),
              HasSubstr("3:1 mistake: TIME_SKEW"));
  EXPECT_THAT(refusal_of(read_options("\" HOTP_COUNTER 0\n")),
              HasSubstr("2:1 mistake: HOTP_COUNTER"));
  EXPECT_THAT(refusal_of(read_options("\" HOTP_COUNTER 18446744073709551616\n")),
              HasSubstr("2:1 mistake: HOTP_COUNTER"));
}

TEST(GoogleAuthenticator, PeriodAndCounterHaveBounds) {
  EXPECT_THAT(refusal_of(read_options("\" STEP_SIZE 0\n\" TOTP_AUTH\n")),
              HasSubstr("its period is 0"));
  EXPECT_THAT(refusal_of(read_options("\" STEP_SIZE 3601\n\" TOTP_AUTH\n")),
              HasSubstr("its period is 3601"));
  EXPECT_THAT(refusal_of(read_options("\" HOTP_COUNTER 18446744073709551615\n")),
              HasSubstr("out of range"));
}

TEST(GoogleAuthenticator, FileThatIsCutOffIsRefused) {
  EXPECT_THAT(refusal_of(read_file(std::string(kSeedInBase32) + "\n")),
              HasSubstr("1:1 mistake: neither TOTP_AUTH nor HOTP_COUNTER"));
  EXPECT_THAT(refusal_of(read_options("\" TOTP_AUTH\n12345678\n1234")),
              HasSubstr("4:1 mistake: this is neither an option nor a scratch code"));
}

TEST(GoogleAuthenticator, GeneratorThatIsSwitchedOffIsRefused) {
  EXPECT_THAT(refusal_of(read_options("\" TOTP_AUTH\n\" OTP_DISABLED\n")),
              HasSubstr("3:1 mistake: this generator is switched off"));
}

TEST(GoogleAuthenticator, JunkIsRefused) {
  EXPECT_THAT(refusal_of(read_file(std::string("\0\xff\x01\n", 4))),
              HasSubstr("1:1 mistake: this is no text"));
  EXPECT_THAT(refusal_of(read_file("")), HasSubstr("neither TOTP_AUTH"));
  EXPECT_THAT(refusal_of(read_file(std::string(9'000, 'A'))), HasSubstr("longer than 8192 bytes"));
}

}  // namespace
}  // namespace usher::testing
