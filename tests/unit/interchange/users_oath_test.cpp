// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/interchange/reading.h"

namespace usher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The zone that the users file's times are taken to be of, while this lives.
class Zone {
 public:
  explicit Zone(const char* name) {
    const char* before = ::getenv("TZ");
    if (before != nullptr) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() {
    if (before_)
      ::setenv("TZ", before_->c_str(), 1);
    else
      ::unsetenv("TZ");
    ::tzset();
  }

 private:
  std::optional<std::string> before_;
};

Import read_line(const std::string& line) { return read(line + "\n", Format::users_oath); }

/// A line of this type, and with these fields behind the secret.
Import read_fields(const std::string& type, const std::string& behind = "") {
  return read_line(type + " ada - " + std::string(kSeedInHex) + behind);
}

TEST(UsersOath, FileThatPamOathHasWrittenToSaysWhatIsSpent) {
  const Zone zone("UTC");
  const Import import = read(sample("users.oath"), Format::users_oath);
  EXPECT_THAT(findings_of(import), IsEmpty());
  ASSERT_EQ(import.codes.size(), 4U);
  const auto at = [&](std::size_t index) -> const ImportedCode& { return import.codes[index]; };
  EXPECT_EQ(at(0).user, "ada");
  EXPECT_EQ(at(0).label, "pam_oath");
  EXPECT_EQ(at(0).parameters, OtpParameters{.kind = OtpKind::hotp});
  EXPECT_EQ(at(0).seed.expose(), kSeed);
  EXPECT_EQ(at(0).last_step, 3U);
  EXPECT_EQ(at(0).at.line, 2U);
  // 2026-11-28 03:05:52 is in the step 59861171 of 30 seconds.
  EXPECT_EQ(at(1).user, "bob");
  EXPECT_EQ(at(1).parameters, OtpParameters{});
  EXPECT_EQ(at(1).last_step, 59'861'171U);
  EXPECT_EQ(at(2).parameters.period, 60U);
  EXPECT_EQ(at(2).last_step, 29'930'585U);
  EXPECT_EQ(at(3).parameters.digits, 8U);
}

TEST(UsersOath, TypesAreThoseOfLiboath) {
  const auto parameters = [](const std::string& type) {
    return only_code(read_fields(type)).parameters;
  };
  EXPECT_EQ(parameters("HOTP"), OtpParameters{.kind = OtpKind::hotp});
  EXPECT_EQ(parameters("HOTP/E"), OtpParameters{.kind = OtpKind::hotp});
  EXPECT_EQ(parameters("HOTP/E/7"), (OtpParameters{.kind = OtpKind::hotp, .digits = 7}));
  EXPECT_EQ(parameters("HOTP/T30"), OtpParameters{});
  EXPECT_EQ(parameters("HOTP/T60/8"), (OtpParameters{.digits = 8, .period = 60}));
}

TEST(UsersOath, OtherTypesAreRefused) {
  for (const char* type : {"HOTP/", "HOTP/T", "HOTP/X", "HOTP/E/", "HOTP/T30/6/2", "hotp", "MOTP",
                           "TOTP", "HOTP/E/six", "HOTP/T-30"})
    EXPECT_THAT(refusal_of(read_fields(type)), HasSubstr("1:1 mistake: this is no type of code"))
        << type;
}

TEST(UsersOath, DigitsAndPeriodHaveBounds) {
  EXPECT_THAT(refusal_of(read_fields("HOTP/T30/9")), HasSubstr("its codes have 9 digits"));
  EXPECT_THAT(refusal_of(read_fields("HOTP/E/5")), HasSubstr("its codes have 5 digits"));
  EXPECT_THAT(refusal_of(read_fields("HOTP/T3601")), HasSubstr("its period is 3601 seconds"));
  EXPECT_THAT(refusal_of(read_fields("HOTP/T0", " 0 123456 2026-03-01T13:05:09L")),
              HasSubstr("the period is 0 seconds"));
}

TEST(UsersOath, CounterWithoutACodeIsThatOfTheCodeToCome) {
  EXPECT_EQ(only_code(read_fields("HOTP", "")).last_step, std::nullopt);
  EXPECT_EQ(only_code(read_fields("HOTP", " 0")).last_step, std::nullopt);
  EXPECT_EQ(only_code(read_fields("HOTP", " 5")).last_step, 4U);
}

TEST(UsersOath, CounterWithACodeIsThatOfTheCode) {
  EXPECT_EQ(only_code(read_fields("HOTP", " 0 755224 2026-03-01T13:05:09L")).last_step, 0U);
  EXPECT_EQ(only_code(read_fields("HOTP", " 5 254676")).last_step, 5U);
}

// liboath 2.6 does not keep the sign: the later step is spent, so that none is good twice.
TEST(UsersOath, OffsetOfTheLastCodeCountsForward) {
  const Zone zone("UTC");
  EXPECT_EQ(only_code(read_fields("HOTP/T30", " 2 123456 1970-01-01T01:00:00L")).last_step, 122U);
  EXPECT_EQ(only_code(read_fields("HOTP/T30", " -2 123456 1970-01-01T01:00:00L")).last_step, 122U);
}

TEST(UsersOath, TimesAreLocal) {
  const Zone zone("Europe/Berlin");
  EXPECT_EQ(only_code(read_fields("HOTP/T60", " 0 123456 1970-01-02T02:00:00L")).last_step, 1'500U);
}

TEST(UsersOath, TimeThatClocksShowTwiceIsTheLaterOne) {
  const Zone zone("Europe/Berlin");
  // 02:30 of 25 October 2026 is 00:30 and 01:30 UTC.
  EXPECT_EQ(only_code(read_fields("HOTP/T30", " 0 123456 2026-10-25T02:30:00L")).last_step,
            1'792'891'800U / 30);
}

TEST(UsersOath, SecondLineOfAPersonHasALabelOfItsOwn) {
  const std::string line = "HOTP/T30 ada - " + std::string(kSeedInHex);
  const Import import =
      read(line + "\n" + "HOTP bob - " + std::string(kSeedInHex) + "\n" + line + "ff\n",
           Format::users_oath);
  std::vector<std::string> labels;
  for (const ImportedCode& code : import.codes) labels.push_back(code.user + " " + code.label);
  EXPECT_THAT(labels, ElementsAre("ada pam_oath", "bob pam_oath", "ada pam_oath-2"));
}

TEST(UsersOath, CommentsAndBlankLinesArePassedOver) {
  const Import import =
      read("# HOTP eve\n\n  \t\n  #x\nHOTP/E\tada\t-\t" + std::string(kSeedInHex) + "\r\n",
           Format::users_oath);
  EXPECT_EQ(only_code(import).at.line, 5U);
}

TEST(UsersOath, PinIsRefusedAndNotShown) {
  const Import import = read_line("HOTP ada sesame " + std::string(kSeedInHex));
  EXPECT_THAT(refusal_of(import), HasSubstr("1:10 mistake: there is a PIN"));
  EXPECT_THAT(import.findings.front().message + import.findings.front().hint,
              Not(HasSubstr("sesame")));
}

TEST(UsersOath, PinThatSomethingElseVerifiesIsFine) {
  EXPECT_EQ(only_code(read_line("HOTP ada + " + std::string(kSeedInHex))).user, "ada");
}

TEST(UsersOath, BadSecretIsToldByItsPlace) {
  EXPECT_THAT(refusal_of(read_line("HOTP ada - 00")),
              HasSubstr("1:1 mistake: the secret has 8 bits"));
  EXPECT_THAT(refusal_of(read_line("HOTP ada - 313233343536373839303132333435363738393x")),
              HasSubstr("1:51 mistake: character 40 of the secret is not one of hexadecimal"));
  EXPECT_THAT(refusal_of(read_line("HOTP ada - 313233343536373839303132333435363738393")),
              HasSubstr("39 characters, and two make a byte"));
}

TEST(UsersOath, LineThatIsCutOffIsRefused) {
  EXPECT_THAT(refusal_of(read_line("HOTP ada -")),
              HasSubstr("1:1 mistake: a line has 4 to 7 fields, and this one 3"));
  EXPECT_THAT(refusal_of(read_fields("HOTP", " 1 2 2026-03-01T13:05:09L x")),
              HasSubstr("and this one 8"));
  EXPECT_THAT(refusal_of(read_fields("HOTP", " x")),
              HasSubstr("1:53 mistake: the counter is no number"));
  EXPECT_THAT(refusal_of(read_fields("HOTP", " -1")), HasSubstr("the counter is no number"));
  EXPECT_THAT(refusal_of(read_fields("HOTP/T30", " x 123456 2026-03-01T13:05:09L")),
              HasSubstr("the offset of the last code is no number"));
}

TEST(UsersOath, LastCodeOfATimeNeedsItsTime) {
  for (const char* behind :
       {" 0", " 0 123456", " 0 123456 yesterday", " 0 123456 2026-03-01T13:05:09",
        " 0 123456 2026-03-01t13:05:09L", " 0 123456 2026-03-01T13:05:09LL",
        " 0 123456 2026-xx-01T13:05:09L", " 0 123456 1600-03-01T13:05:09L"})
    EXPECT_THAT(refusal_of(read_fields("HOTP/T30", behind)),
                HasSubstr("when the last code was used is missing"))
        << behind;
}

TEST(UsersOath, OtherLinesAreReadWhereOneIsBad) {
  const Import import =
      read("HOTP eve - 00\nHOTP ada - " + std::string(kSeedInHex) + "\n\x01\n", Format::users_oath);
  ASSERT_EQ(import.codes.size(), 1U);
  EXPECT_EQ(import.codes.front().user, "ada");
  EXPECT_EQ(import.findings.size(), 2U);
}

}  // namespace
}  // namespace usher::testing
