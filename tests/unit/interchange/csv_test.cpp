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

Import read_table(const std::string& content) { return read(content, Format::csv); }

/// One record below the full header.
Import read_record(const std::string& record) {
  return read_table("user,label,kind,algorithm,digits,period,counter,secret\n" + record + "\n");
}

const std::string kSecret(kSeedInBase32);

TEST(Csv, TableIsRead) {
  const Import import = read_table(sample("table.csv"));
  EXPECT_THAT(findings_of(import), IsEmpty());
  ASSERT_EQ(import.codes.size(), 3U);
  const auto at = [&](std::size_t index) -> const ImportedCode& { return import.codes[index]; };
  EXPECT_EQ(at(0).user, "ada");
  EXPECT_EQ(at(0).label, "phone");
  EXPECT_EQ(at(0).parameters, OtpParameters{});
  EXPECT_EQ(at(0).seed.expose(), kSeed);
  EXPECT_EQ(at(0).at.line, 2U);
  EXPECT_EQ(at(1).label, "token, the grey one");
  EXPECT_EQ(at(1).parameters,
            (OtpParameters{.kind = OtpKind::hotp, .algorithm = OtpAlgorithm::sha256, .digits = 8}));
  EXPECT_EQ(at(1).seed.size(), 30U);
  EXPECT_EQ(at(1).last_step, 11U);
  EXPECT_EQ(at(2).user, "bob");
  EXPECT_EQ(at(2).label, "imported");
  EXPECT_EQ(at(2).last_step, std::nullopt);
}

TEST(Csv, ColumnsMayBeInAnyOrderAndMissing) {
  const Import import = read_table("Secret, USER\n" + kSecret + ", ada\n");
  EXPECT_EQ(only_code(import).user, "ada");
  EXPECT_EQ(only_code(import).seed.expose(), kSeed);
}

TEST(Csv, SpreadsheetsMarkAndLineEndsArePassedOver) {
  const Import import = read_table("\xEF\xBB\xBFuser,secret\r\n\r\nada," + kSecret + "\r\n");
  EXPECT_EQ(only_code(import).at.line, 3U);
}

TEST(Csv, QuotationMarksInAFieldAreDoubled) {
  EXPECT_EQ(only_code(read_record("ada,\"the \"\"grey\"\" one\",,,,,," + kSecret)).label,
            "the \"grey\" one");
}

TEST(Csv, QuotationMarkThatIsMissingIsToldByItsPlace) {
  EXPECT_THAT(refusal_of(read_record("ada,\"phone,,,,,," + kSecret)),
              HasSubstr("2:5 mistake: a quotation mark"));
  EXPECT_THAT(refusal_of(read_record("ada,\"phone\"x,,,,,," + kSecret)),
              HasSubstr("2:5 mistake: a quotation mark"));
}

TEST(Csv, OtherRecordsAreReadWhereOneIsBad) {
  const Import import = read_table("user,secret\n\"ada," + kSecret + "\neve," + kSecret + "\n");
  ASSERT_EQ(import.codes.size(), 1U);
  EXPECT_EQ(import.codes.front().user, "eve");
}

TEST(Csv, HeaderThatIsWrongIsSaidOnce) {
  const Import import = read_table("user,secrets\nada," + kSecret + "\neve," + kSecret + "\n");
  EXPECT_EQ(refusal_of(import), "1:6 mistake: there is no column of this name");
  EXPECT_THAT(import.findings.front().hint, HasSubstr("did you mean `secret`?"));
  EXPECT_THAT(refusal_of(read_table("user,label\n")), HasSubstr("there is no column `secret`"));
  EXPECT_THAT(refusal_of(read_table("secret,user,secret\n")),
              HasSubstr("1:13 mistake: the column `secret` is there twice"));
  EXPECT_THAT(refusal_of(read_table("user;secret\nada;" + kSecret)),
              HasSubstr("there is no column of this name"));
}

TEST(Csv, FieldsAreAsManyAsColumns) {
  EXPECT_THAT(refusal_of(read_record("ada,phone," + kSecret)),
              HasSubstr("2:1 mistake: this line has 3 fields, and the header 8"));
}

TEST(Csv, BadFieldIsToldByItsPlace) {
  EXPECT_THAT(refusal_of(read_record("ada,,motp,,,,," + kSecret)),
              HasSubstr("2:6 mistake: this is no kind"));
  EXPECT_THAT(refusal_of(read_record("ada,,,md5,,,," + kSecret)),
              HasSubstr("2:7 mistake: this is no algorithm"));
  EXPECT_THAT(refusal_of(read_record("ada,,,,six,,," + kSecret)),
              HasSubstr("2:8 mistake: the digits is no number"));
  EXPECT_THAT(refusal_of(read_record("ada,,,,,1m,," + kSecret)),
              HasSubstr("2:9 mistake: the period is no number"));
  EXPECT_THAT(refusal_of(read_record("ada,,,,9,,," + kSecret)), HasSubstr("9 digits"));
  EXPECT_THAT(refusal_of(read_record("ada,,,,,4000,," + kSecret)), HasSubstr("4000 seconds"));
  EXPECT_THAT(refusal_of(read_record("ada,,,,,,,GEZDGNBV0Y3TQOJQGEZDGNBVGY")),
              HasSubstr("2:19 mistake: character 9 of the secret"));
  EXPECT_THAT(refusal_of(read_record("ada,,,,,,,")), HasSubstr("there is no secret"));
}

TEST(Csv, CounterBelongsToACounterAndPeriodToTime) {
  EXPECT_EQ(only_code(read_record("ada,,hotp,,,,0," + kSecret)).last_step, std::nullopt);
  EXPECT_THAT(refusal_of(read_record("ada,,hotp,,,,," + kSecret)),
              HasSubstr("the counter is missing"));
  EXPECT_THAT(refusal_of(read_record("ada,,hotp,,,,-1," + kSecret)),
              HasSubstr("the counter is missing, or no number"));
  EXPECT_THAT(refusal_of(read_record("ada,,hotp,,,30,1," + kSecret)),
              HasSubstr("a hotp has no period"));
  EXPECT_THAT(refusal_of(read_record("ada,,totp,,,,1," + kSecret)),
              HasSubstr("a totp has no counter"));
}

TEST(Csv, NamesAreOfAPlainLine) {
  EXPECT_THAT(refusal_of(read_record("ada," + std::string(65, 'x') + ",,,,,," + kSecret)),
              HasSubstr("the label is longer"));
  EXPECT_THAT(refusal_of(read_record(std::string(257, 'x') + ",,,,,,," + kSecret)),
              HasSubstr("the user's name is too long"));
}

// Columns that were swapped.
TEST(Csv, WhatMayBeASecretIsNotShown) {
  const Import import = read_record("ada,phone," + kSecret + ",,,,,totp");
  EXPECT_EQ(refusal_of(import), "2:11 mistake: this is no kind of code that Usher has");
}

}  // namespace
}  // namespace usher::testing
