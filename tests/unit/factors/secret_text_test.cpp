// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/secret_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace usher::testing {
namespace {

TEST(SecretText, IsWhatWasAppended) {
  SecretText text;
  text.append("one, ").append('2').append("").append(", three");
  EXPECT_EQ(text.expose(), "one, 2, three");
  EXPECT_TRUE(text.is_whole());
}

TEST(SecretText, DoesNotGrowOverOnePromptAndSaysSo) {
  SecretText text;
  text.append(std::string(kMaxText, 'x'));
  EXPECT_TRUE(text.is_whole());
  text.append('y');
  EXPECT_FALSE(text.is_whole());
  EXPECT_EQ(text.expose(), std::string(kMaxText, 'x'));
}

TEST(SecretText, OnceIncompleteItStaysSo) {
  SecretText text;
  text.append(std::string(kMaxText + 1, 'x')).append("short");
  EXPECT_FALSE(text.is_whole());
  EXPECT_FALSE(SecretText(std::move(text)).is_whole());
}

}  // namespace
}  // namespace usher::testing
