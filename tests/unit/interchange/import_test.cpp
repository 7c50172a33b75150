// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/interchange/reading.h"

namespace usher::testing {
namespace {

using interchange::drop_repeated;
using interchange::kMostCodes;
using interchange::kMostMistakes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kOther = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR";

std::vector<std::string> labels_of(const Import& import) {
  std::vector<std::string> labels;
  for (const ImportedCode& code : import.codes) labels.push_back(code.user + " " + code.label);
  return labels;
}

Import of_records(const std::string& records) {
  Import import = read("user,label,secret\n" + records, Format::csv);
  drop_repeated(import);
  return import;
}

TEST(Repeated, SecretOfOnePersonIsTakenOnce) {
  const std::string secret(kSeedInBase32);
  const Import import =
      of_records("ada,one," + secret + "\neve,two," + kOther + "\nada,three," + secret + "\n");
  EXPECT_THAT(labels_of(import), ElementsAre("ada one", "eve two"));
  EXPECT_THAT(findings_of(import),
              ElementsAre("4:1 mistake: the same person has the same secret as in line 2"));
}

TEST(Repeated, LabelOfOnePersonIsTakenOnce) {
  const Import import =
      of_records("ada,phone," + std::string(kSeedInBase32) + "\nada,phone," + kOther + "\n");
  EXPECT_THAT(labels_of(import), ElementsAre("ada phone"));
  EXPECT_THAT(findings_of(import),
              ElementsAre("3:1 mistake: the same person has the same label as in line 2"));
}

TEST(Repeated, WhatTwoPeopleHaveIsNotRepeated) {
  const std::string same = ",phone," + std::string(kSeedInBase32) + "\n";
  const Import import = of_records("ada" + same + "eve" + same);
  EXPECT_THAT(labels_of(import), ElementsAre("ada phone", "eve phone"));
  EXPECT_THAT(findings_of(import), IsEmpty());
}

TEST(Repeated, ThreeTimesIsTwoMistakes) {
  const std::string same = "ada,phone," + std::string(kSeedInBase32) + "\n";
  const Import import = of_records(same + same + same);
  EXPECT_THAT(import.codes, SizeIs(1));
  EXPECT_THAT(import.findings, SizeIs(2));
}

TEST(Repeated, FileIsSaidWhereItIsAnother) {
  Import import;
  const std::string content = "user,secret\nada," + std::string(kSeedInBase32) + "\n";
  interchange::read_codes(content, "one", Format::csv, import);
  interchange::read_codes(content, "two", Format::csv, import);
  drop_repeated(import);
  ASSERT_THAT(import.findings, SizeIs(1));
  EXPECT_EQ(import.findings.front().at.file, "two");
  EXPECT_THAT(import.findings.front().message, HasSubstr("as in one:2"));
}

TEST(ReadCodes, OfAFileWithoutAnySaysSo) {
  EXPECT_THAT(refusal_of(read("user,secret\n", Format::csv)),
              HasSubstr("there is no code in this file"));
  EXPECT_THAT(refusal_of(read("# nothing\n", Format::otpauth)),
              HasSubstr("there is no code in this file"));
  EXPECT_THAT(refusal_of(read("", Format::users_oath)), HasSubstr("there is no code in this file"));
}

TEST(ReadCodes, BreaksOffWhereTooMuchIsWrong) {
  std::string content;
  for (std::size_t i = 0; i < kMostMistakes + 500; ++i) content += "x\n";
  const Import import = read(content, Format::otpauth);
  EXPECT_TRUE(import.broken_off);
  EXPECT_THAT(import.findings, SizeIs(kMostMistakes + 1));
  EXPECT_THAT(import.findings.back().message, HasSubstr("from here on nothing was read"));
  EXPECT_FALSE(read("x\n", Format::otpauth).broken_off);
}

TEST(ReadCodes, BreaksOffWhereThereIsTooMuch) {
  std::string content = "secret\n";
  for (std::size_t i = 0; i < kMostCodes + 5; ++i) content += std::string(kSeedInBase32) + "\n";
  const Import import = read(content, Format::csv);
  EXPECT_TRUE(import.broken_off);
  EXPECT_THAT(import.codes, SizeIs(kMostCodes));
  EXPECT_THAT(findings_of(import), ElementsAre(HasSubstr(": these are more than 10000 codes")));
}

TEST(ReadCodes, LineThatIsTooLongIsPassedOverWhole) {
  const Import import = read(
      "user,secret\n" + std::string(20'000, 'x') + "\nada," + std::string(kSeedInBase32) + "\n",
      Format::csv);
  EXPECT_THAT(labels_of(import), ElementsAre("ada imported"));
  EXPECT_THAT(findings_of(import), ElementsAre("2:1 mistake: this line is longer than 8192 bytes"));
}

// Every prefix of every sample, and every sample with one byte changed, in every format: no seed
// and no code of it is told.
TEST(ReadCodes, NeverTellsASecret) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> samples = {
      {"google-authenticator-used", {"VHKV3KOF", "51638961"}},
      {"users.oath", {"31323334", "969429", "052969"}},
      {"addresses", {"GEZDGNBV", "gezdgnbv", "YYZTBFXF"}},
      {"phone-export", {"12345678", "DEyMzQ1N"}},
      {"table.csv", {"GEZDGNBV", "gezd gnbv"}},
  };
  const auto expect_silence = [](const std::string& content,
                                 const std::vector<std::string>& secrets) {
    for (unsigned format = 1; format <= 4; ++format)
      for (const Finding& finding : read(content, static_cast<Format>(format)).findings)
        for (const std::string& secret : secrets) {
          EXPECT_THAT(finding.message, Not(HasSubstr(secret)));
          EXPECT_THAT(finding.hint, Not(HasSubstr(secret)));
          EXPECT_EQ(finding.source_line, "");
        }
  };
  for (const auto& [name, secrets] : samples) {
    const std::string content = sample(name);
    for (std::size_t at = 0; at < content.size(); ++at) {
      expect_silence(content.substr(0, at), secrets);
      expect_silence(content.substr(at), secrets);
      for (const char instead : {',', '/', '?', ' ', '\x01'}) {
        std::string changed = content;
        changed[at] = instead;
        expect_silence(changed, secrets);
      }
    }
  }
}

}  // namespace
}  // namespace usher::testing
