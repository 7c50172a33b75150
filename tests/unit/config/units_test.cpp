// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/units.h"

#include <gtest/gtest.h>

namespace usher::config {
namespace {

TEST(Duration, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(parse_duration("0s"), 0U);
  EXPECT_EQ(parse_duration("90s"), 90U);
  EXPECT_EQ(parse_duration("5m"), 300U);
  EXPECT_EQ(parse_duration("5 m"), 300U);
  EXPECT_EQ(parse_duration("1h"), 3600U);
  EXPECT_EQ(parse_duration("7d"), 7U * 24 * 3600);
  EXPECT_EQ(parse_duration("49710d"), 4294944000U);
  EXPECT_EQ(parse_duration("4294967295s"), 4294967295U);
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", "5", "s", "-5s", "+5s", "5.5s", "5 minutes", "5M", "1h30m", "5s ago",
                           " 5s", "0x5s", "7D", "7 days", "1w", "49711d", "4294967296s",
                           "99999999999999999999s", "18446744073709551615h"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << '"' << text << '"';
}

TEST(Size, IsAWholeNumberAndABinaryUnit) {
  EXPECT_EQ(parse_size("1 KiB"), 1024U);
  EXPECT_EQ(parse_size("64 MiB"), 64U * 1024 * 1024);
  EXPECT_EQ(parse_size("64MiB"), 64U * 1024 * 1024);
  EXPECT_EQ(parse_size("2 GiB"), std::uint64_t{2} << 30);
}

TEST(Size, IsNothingElse) {
  for (const char* text : {"", "64", "64 MB", "64 M", "64 mib", "-1 MiB", "6.5 MiB", "MiB",
                           "64 MiB or so", "18014398509481984 KiB"})
    EXPECT_EQ(parse_size(text), std::nullopt) << '"' << text << '"';
}

TEST(Units, AreSpelledSoThatTheyReadBack) {
  for (const std::uint32_t seconds :
       {0U, 1U, 59U, 60U, 90U, 300U, 3600U, 3601U, 86'400U, 90'000U, 604'800U, 4294967295U})
    EXPECT_EQ(parse_duration(duration_text(seconds)), seconds);
  for (const std::uint64_t kib : {0U, 1U, 1023U, 1024U, 65536U, 1048576U})
    EXPECT_EQ(parse_size(size_text(kib * 1024)), kib * 1024);
  EXPECT_EQ(duration_text(300), "5m");
  EXPECT_EQ(duration_text(25U * 3600), "25h");
  EXPECT_EQ(duration_text(7U * 24 * 3600), "7d");
  EXPECT_EQ(size_text(std::uint64_t{19} << 20), "19 MiB");
}

}  // namespace
}  // namespace usher::config
