// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/qr_text.h"

#include <gtest/gtest.h>

#include <string>

namespace usher {
namespace {

Secret secret_of(const std::string& text) {
  Secret secret;
  EXPECT_TRUE(secret.assign(text));
  return secret;
}

TEST(QrText, DrawsASquareWithAQuietZone) {
  const auto text = qr_text(secret_of("otpauth://totp/Usher:alice?secret=GEZDGNBVGY3TQOJQ"));
  ASSERT_TRUE(text);
  const std::string drawn(text->expose());
  const std::string first_line = drawn.substr(0, drawn.find('\n'));
  EXPECT_EQ(first_line.find(' '), std::string::npos) << "the quiet zone is light";
  EXPECT_LE(drawn.size(), kMaxText);
}

TEST(QrText, WhatDoesNotFitIntoAPromptIsNotDrawn) {
  EXPECT_FALSE(qr_text(secret_of(std::string(900, 'x'))));
  EXPECT_FALSE(qr_text(secret_of("")));
}

TEST(SecretText, RefusesToGrowOverOnePrompt) {
  SecretText text;
  EXPECT_TRUE(text.append(std::string(kMaxText, 'x')));
  EXPECT_FALSE(text.append("x"));
  EXPECT_EQ(text.expose().size(), kMaxText);
}

}  // namespace
}  // namespace usher
