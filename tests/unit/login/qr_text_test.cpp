// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/qr_text.h"

#include <gtest/gtest.h>
#include <qrencode.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/utf8.h"

namespace usher {
namespace {

Secret secret_of(const std::string& text) {
  Secret secret;
  EXPECT_TRUE(secret.assign(text));
  return secret;
}

/// A code as rows of modules: '#' dark, '.' light.
using Modules = std::vector<std::string>;

/// What a reader sees of the drawing: each line of characters is two rows of modules.
Modules seen_in(std::string_view drawn) {
  Modules modules;
  while (!drawn.empty()) {
    std::string upper;
    std::string lower;
    while (!drawn.empty() && drawn.front() != '\n') {
      const std::string_view block = drawn.substr(0, first_character(drawn).size);
      EXPECT_TRUE(block == "█" || block == "▀" || block == "▄" || block == " ") << block;
      upper += block == "█" || block == "▀" ? '.' : '#';
      lower += block == "█" || block == "▄" ? '.' : '#';
      drawn.remove_prefix(block.size());
    }
    drawn.remove_prefix(1);
    modules.push_back(upper);
    modules.push_back(lower);
  }
  return modules;
}

/// What the library makes of `content`, two light modules around it. A last row makes the number
/// even.
Modules encoded(const std::string& content) {
  QRcode* const code = ::QRcode_encodeString8bit(content.c_str(), 0, QR_ECLEVEL_L);
  const auto width = static_cast<std::size_t>(code->width);
  Modules modules(width + 4 + width % 2, std::string(width + 4, '.'));
  for (std::size_t row = 0; row < width; ++row)
    for (std::size_t column = 0; column < width; ++column)
      if ((code->data[row * width + column] & 1) != 0) modules[row + 2][column + 2] = '#';
  ::QRcode_free(code);
  return modules;
}

TEST(QrText, DrawsEachModuleOfTheCodeInAQuietZone) {
  for (const std::string& content :
       {std::string("x"), std::string("otpauth://totp/Usher:alice?secret=GEZDGNBVGY3TQOJQ"),
        "otpauth://totp/Usher%20on%20box:alice?secret=" + std::string(103, 'A') + "&digits=8"}) {
    const auto text = qr_text(secret_of(content));
    ASSERT_TRUE(text);
    EXPECT_EQ(seen_in(text->expose()), encoded(content)) << content;
    EXPECT_LE(text->expose().size(), kMaxText);
  }
}

TEST(QrText, WhatDoesNotFitIntoAPromptIsNotDrawn) {
  EXPECT_FALSE(qr_text(secret_of(std::string(900, 'x'))));
  EXPECT_FALSE(qr_text(secret_of("")));
}

}  // namespace
}  // namespace usher
