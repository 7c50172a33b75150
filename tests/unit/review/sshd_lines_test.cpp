// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/sshd_lines.h"

#include <gtest/gtest.h>

namespace usher::review {
namespace {

/// "keyword|value|value", one a line.
std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines;
  for (const SshdLine& line : parse_sshd_lines(text)) {
    std::string joined = line.keyword;
    for (const std::string& value : line.values) joined += "|" + value;
    lines.push_back(joined);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(SshdLines, AKeywordAndItsValues) {
  EXPECT_EQ(lines_in("UsePAM yes\n"), Lines{"usepam|yes"});
  EXPECT_EQ(lines_in("\t  AcceptEnv LANG\tLC_*  \r\n"), Lines{"acceptenv|LANG|LC_*"});
  EXPECT_EQ(lines_in("UsePAM\nUseDNS no"), (Lines{"usepam", "usedns|no"}));
}

TEST(SshdLines, AnEqualsSignMayStandBetween) {
  EXPECT_EQ(lines_in("UsePAM=yes"), Lines{"usepam|yes"});
  EXPECT_EQ(lines_in("UsePAM = yes"), Lines{"usepam|yes"});
  EXPECT_EQ(lines_in("SetEnv A=b"), Lines{"setenv|A=b"});
}

TEST(SshdLines, QuotesHoldAValueTogether) {
  EXPECT_EQ(lines_in(R"(Banner "/etc/my banner")"), Lines{"banner|/etc/my banner"});
  EXPECT_EQ(lines_in("Banner 'a b' c"), Lines{"banner|a b|c"});
  EXPECT_EQ(lines_in(R"(Banner a\ b "c\"d")"), Lines{"banner|a b|c\"d"});
  EXPECT_EQ(lines_in(R"("UsePAM" "yes")"), Lines{"usepam|yes"});
  EXPECT_EQ(lines_in("Banner \"open\nUsePAM yes"), (Lines{"banner|open", "usepam|yes"}));
}

TEST(SshdLines, CommentsAreNoLines) {
  EXPECT_EQ(lines_in("# UsePAM no\n  #UsePAM no\n\n"), Lines{});
  EXPECT_EQ(lines_in("UsePAM yes # no"), Lines{"usepam|yes"});
  EXPECT_EQ(lines_in("Banner a#b"), Lines{"banner|a#b"});
}

TEST(SshdLines, StandWhereTheirKeywordDoes) {
  const auto lines = parse_sshd_lines("# x\n  UsePAM yes\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].offset, 6U);
}

}  // namespace
}  // namespace usher::review
