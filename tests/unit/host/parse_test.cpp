// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/parse.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace usher::testing {
namespace {

// Fields 3 to 25 of a stat line; the parent is 42, the session 101, the start time 4711.
constexpr std::string_view kRest =
    " S 42 100 101 34816 100 4194560 2 0 0 0 1 2 3 4 20 0 1 0 4711 10000 20 999\n";

std::string stat_of(std::string_view program) {
  return "100 (" + std::string(program) + ")" + std::string(kRest);
}

constexpr ProcessStat kStat{.name = "sshd", .parent = 42, .session = 101, .start_time = 4711};

TEST(ParseStat, ReadsFields2And4And6And22) { EXPECT_EQ(parse_stat(stat_of("sshd")), kStat); }

TEST(ParseStat, AProgramsNameCanNotShiftTheFields) {
  for (const std::string_view program :
       {"", "a b c", "a) S 1 1 1", "(((", ")))", ") R 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 "}) {
    const std::string line = stat_of(program);
    ProcessStat wanted = kStat;
    wanted.name = program;
    EXPECT_EQ(parse_stat(line), wanted) << program;
  }
}

TEST(ParseStat, WhatIsCutOffIsNothing) {
  const std::string whole = stat_of("sshd");
  const auto end = whole.find("4711") + 5;
  for (std::size_t size = 0; size < end; ++size)
    EXPECT_FALSE(parse_stat(std::string_view(whole).substr(0, size))) << size;
  EXPECT_EQ(parse_stat(std::string_view(whole).substr(0, end)), kStat);
}

TEST(ParseStat, WhatIsNoNumberIsNothing) {
  for (const std::string_view field : {"", "-1", "47x1", "0x10", "99999999999999999999"}) {
    std::string line = stat_of("sshd");
    line.replace(line.find("4711"), 4, field);
    EXPECT_FALSE(parse_stat(line)) << field;
  }
  for (const std::string_view number : {"42", "101"})
    for (const std::string_view field : {"", "4x2", "0x10", "99999999999"}) {
      std::string line = stat_of("sshd");
      line.replace(line.find(number), number.size(), field);
      EXPECT_FALSE(parse_stat(line)) << number << " as " << field;
    }
}

TEST(ParseLoneNumber, ReadsAFileThatHoldsNothingElse) {
  EXPECT_EQ(parse_lone_number("0"), 0U);
  EXPECT_EQ(parse_lone_number("1000\n"), 1000U);
  EXPECT_EQ(parse_lone_number("4294967295"), 4'294'967'295U);
}

TEST(ParseLoneNumber, AnythingElseIsNone) {
  for (const std::string_view text :
       {"", "\n", " 1", "1 ", "-1", "+1", "1\n\n", "1\n2", "0x1", "one", "4294967296"})
    EXPECT_EQ(parse_lone_number(text), std::nullopt) << text;
}

constexpr std::string_view kStatus =
    "Name:\tsudo\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t100\nUid:\t1000\t0\t0\t0\n"
    "Gid:\t5\t5\t5\t5\n";

TEST(ParseRealUid, ReadsTheFirstOfTheFour) { EXPECT_EQ(parse_real_uid(kStatus), 1000U); }

TEST(ParseRealUid, AProgramsNameIsNoLineOfItsOwn) {
  EXPECT_EQ(parse_real_uid("Name:\tUid:\t0\t0\nUid:\t7\t7\t7\t7\n"), 7U);
  EXPECT_EQ(parse_real_uid("Uid:\t0\t0\t0\t0\n"), std::nullopt) << "the name always stands first";
}

TEST(ParseRealUid, WhatIsCutOffIsNothing) {
  const auto end = kStatus.find("1000") + 5;
  for (std::size_t size = 0; size < end; ++size)
    EXPECT_EQ(parse_real_uid(kStatus.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(parse_real_uid(kStatus.substr(0, end)), 1000U);
}

TEST(ParseRealUid, WhatIsNoNumberIsNothing) {
  for (const std::string_view field : {"", "-1", "1x0", " 0", "99999999999"}) {
    std::string status(kStatus);
    status.replace(status.find("1000"), 4, field);
    EXPECT_EQ(parse_real_uid(status), std::nullopt) << field;
  }
}

TEST(CouldBeAccountName, AcceptsWhatDirectoriesUse) {
  for (const std::string_view name :
       {"root", "alice.b", "DOMAIN\\alice", "alice@example.org", "alice smith", "élise", "7up"})
    EXPECT_TRUE(could_be_account_name(name)) << name;
  EXPECT_TRUE(could_be_account_name(std::string(256, 'a')));
}

TEST(CouldBeAccountName, RefusesWhatNoAccountIsCalled) {
  using namespace std::string_view_literals;
  for (const std::string_view name :
       {""sv, "\0"sv, "a\0b"sv, "a:b"sv, "../a"sv, "a\nb"sv, "a\x1b[0m"sv, "a\x7f"sv})
    EXPECT_FALSE(could_be_account_name(name)) << name;
  EXPECT_FALSE(could_be_account_name(std::string(257, 'a')));
}

}  // namespace
}  // namespace usher::testing
