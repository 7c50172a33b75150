// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/when_down.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/review/pam_stack.h"

namespace usher::pam_stacks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(WhenDownChoice, IsReadAsItIsWritten) {
  for (const char* text : {"none", "console", "observe", "group:sudo", "group:sudo:root"}) {
    const auto choice = parse_when_down(text);
    ASSERT_TRUE(choice.has_value()) << text;
    EXPECT_EQ(text_of(*choice), text);
  }
}

TEST(WhenDownChoice, NothingElseGetsIntoAStack) {
  for (const char* text :
       {"", "None", "group:", "group", "group::", "group:a::b", "group:a:", "group:a b",
        "group:a\nauth sufficient pam_permit.so", "group:a]", "group:#"})
    EXPECT_FALSE(parse_when_down(text).has_value()) << text;
}

TEST(UsherStack, IsFilledIn) {
  const WhenDownChoice choice{.kind = WhenDown::group, .groups = "sudo:root"};
  const std::string text = usher_stack(
      choice, {.module = "/opt/pam_usher.so", .usherd_uid = 995, .socket = "/run/other.sock"});
  EXPECT_THAT(text, HasSubstr("/opt/pam_usher.so server_uid=995 socket=/run/other.sock\n"));
  EXPECT_THAT(text, HasSubstr("user ingroup sudo:root\n"));
  EXPECT_THAT(text, Not(HasSubstr("USHER")));
  EXPECT_THAT(text, Not(HasSubstr("ingroup NAME")));
}

TEST(UsherStack, TellsItsChoice) {
  for (const char* text : {"none", "console", "observe", "group:sudo:root"}) {
    const auto choice = parse_when_down(text);
    ASSERT_TRUE(choice.has_value());
    EXPECT_EQ(choice_in(usher_stack(*choice, {})), *choice) << text;
  }
  EXPECT_EQ(choice_in("auth required pam_usher.so\n"), std::nullopt);
}

TEST(UsherStack, EachTypeAsksUsherFirst) {
  for (const char* text : {"none", "console", "observe", "group:sudo"}) {
    const std::string stack = usher_stack(*parse_when_down(text), {});
    for (const char* type : {"auth", "account", "session"}) {
      const auto lines = review::parse_pam_stack(stack);
      const auto first = std::ranges::find(lines, type, &review::PamLine::type);
      ASSERT_NE(first, lines.end());
      EXPECT_TRUE(review::names_module(*first, "pam_usher.so")) << text << " " << type;
    }
  }
}

}  // namespace
}  // namespace usher::pam_stacks
