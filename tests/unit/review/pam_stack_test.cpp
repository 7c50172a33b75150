// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/pam_stack.h"

#include <gtest/gtest.h>

namespace usher::review {
namespace {

/// "target" or "<target>" of what is included, at which byte.
std::vector<std::string> named_in(std::string_view text) {
  std::vector<std::string> lines;
  for (const PamLine& line : parse_pam_stack(text))
    lines.push_back((line.includes ? "<" + line.target + ">" : line.target) + " " +
                    std::to_string(line.offset));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(PamStack, ALineNamesAModuleOrAStack) {
  EXPECT_EQ(named_in("auth required pam_usher.so server_uid=1\n"), Lines{"pam_usher.so 14"});
  EXPECT_EQ(named_in("auth include system-auth"), Lines{"<system-auth> 13"});
  EXPECT_EQ(named_in("AUTH SubStack usher"), Lines{"<usher> 14"});
  EXPECT_EQ(named_in("@include common-auth\n"), Lines{"<common-auth> 9"});
  EXPECT_EQ(named_in("-session\toptional\tpam_x.so"), Lines{"pam_x.so 18"});
}

TEST(PamStack, ControlsInBracketsAreOneWord) {
  EXPECT_EQ(named_in("auth [success=1 default=ignore] pam_x.so"), Lines{"pam_x.so 32"});
  EXPECT_EQ(named_in("auth [success=1"), Lines{});
}

TEST(PamStack, CommentsLoadNothing) {
  EXPECT_EQ(named_in("# auth required pam_x.so"), Lines{});
  EXPECT_EQ(named_in("auth required # pam_x.so"), Lines{});
  EXPECT_EQ(named_in("auth required pam_x.so# more"), Lines{"pam_x.so 14"});
}

TEST(PamStack, ABackslashJoinsLines) {
  EXPECT_EQ(named_in("auth \\\n required \\\n pam_x.so"), Lines{"pam_x.so 20"});
  EXPECT_EQ(named_in("auth [a=1 \\\n b=2] pam_x.so"), Lines{"pam_x.so 18"});
  EXPECT_EQ(named_in("# \\\nauth required pam_x.so"), Lines{"pam_x.so 18"});
}

TEST(PamStack, WhatIsMalformedLoadsNothing) {
  EXPECT_EQ(named_in("auth required\n"), Lines{});
  EXPECT_EQ(named_in("other auth required pam_x.so\n"), Lines{});
  EXPECT_EQ(named_in("@include\n"), Lines{});
  EXPECT_EQ(named_in("\\"), Lines{});
  EXPECT_EQ(named_in(std::string_view("\0\n auth required p\0q", 20)),
            Lines{std::string("p\0q 17", 6)});
}

}  // namespace
}  // namespace usher::review
