// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/sshd_substitute.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace usher::testing {
namespace {

/// fake_password() of OpenSSH's auth-pam.c, for a typed answer of `length` bytes.
std::string as_sshd_makes_it(std::size_t length) {
  const char junk[] = "\b\n\r\177INCORRECT";
  std::string made(length, '\0');
  for (std::size_t i = 0; i < length; ++i) made[i] = junk[i % (sizeof(junk) - 1)];
  return made;
}

bool is_substitute(std::string_view text) {
  Secret answer;
  EXPECT_TRUE(answer.assign(text));
  return is_sshd_substitute(answer);
}

TEST(SshdSubstitute, IsKnownAtEveryLength) {
  for (std::size_t length = 1; length <= Secret::kCapacity; ++length)
    EXPECT_TRUE(is_substitute(as_sshd_makes_it(length))) << length;
}

TEST(SshdSubstitute, IsNothingElse) {
  for (const std::string_view text : {"", "INCORRECT", "correct horse", "\b\n\r", "\n"})
    EXPECT_EQ(is_substitute(text), text == "\b\n\r") << text;
  for (std::size_t at = 0; at < 30; ++at) {
    std::string text = as_sshd_makes_it(30);
    text[at] = static_cast<char>(text[at] ^ 1);
    EXPECT_FALSE(is_substitute(text)) << at;
  }
}

TEST(SshdSubstitute, IsNotWhatASecretHoldsThatHasBeenMovedAway) {
  Secret answer;
  ASSERT_TRUE(answer.assign("\b\n"));
  const Secret taken = std::move(answer);
  EXPECT_FALSE(is_sshd_substitute(answer));  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(is_sshd_substitute(taken));
}

}  // namespace
}  // namespace usher::testing
