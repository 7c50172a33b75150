// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace usher::testing {
namespace {

TEST(Utf8, ReadsTheFirstAndLastCharacterOfEachLength) {
  const struct {
    std::string_view bytes;
    std::uint32_t code;
  } characters[] = {
      {std::string_view("\0", 1), 0},
      {"\x7f", 0x7f},
      {"\xc2\x80", 0x80},
      {"\xdf\xbf", 0x7ff},
      {"\xe0\xa0\x80", 0x800},
      {"\xed\x9f\xbf", 0xd7ff},
      {"\xee\x80\x80", 0xe000},
      {"\xef\xbf\xbf", 0xffff},
      {"\xf0\x90\x80\x80", 0x10000},
      {"\xf4\x8f\xbf\xbf", 0x10ffff},
  };
  for (const auto& [bytes, code] : characters) {
    const Utf8Character read = first_character(std::string(bytes) + "and more");
    EXPECT_EQ(read.size, bytes.size()) << code;
    EXPECT_EQ(read.code, code);
  }
}

TEST(Utf8, WhatIsNoneHasNoSize) {
  for (const std::string_view bytes : {
           "\x80",
           "\xbf",
           "\xff",  // no lead byte
           "\xc0\x80",
           "\xc1\xbf",  // over-long
           "\xe0\x9f\xbf",
           "\xf0\x8f\xbf\xbf",  // over-long
           "\xed\xa0\x80",
           "\xed\xbf\xbf",  // surrogates
           "\xf4\x90\x80\x80",
           "\xf5\x80\x80\x80",  // above U+10FFFF
           "\xc3",
           "\xe2\x82",
           "\xf0\x9f\x94",  // cut short
           "\xc3(",
           "\xe2\x82(",
           "\xf0\x9f\x94(",
       })
    EXPECT_EQ(first_character(bytes).size, 0U) << ::testing::PrintToString(bytes);
}

TEST(Utf8, ControlsSeparatorsAndMarksThatReorderAreNotHarmless) {
  for (const std::uint32_t code :
       {0x00U, 0x09U, 0x0aU, 0x1bU, 0x1fU, 0x7fU, 0x80U, 0x9bU, 0x9fU, 0x061cU, 0x200eU, 0x200fU,
        0x2028U, 0x2029U, 0x202aU, 0x202eU, 0x2066U, 0x2069U})
    EXPECT_FALSE(is_harmless(code)) << std::hex << code;
  for (const std::uint32_t code :
       {0x20U, 0x7eU, 0xa0U, 0xe4U, 0x200dU, 0x2010U, 0x202fU, 0x2065U, 0x206aU, 0x2588U, 0x1f511U})
    EXPECT_TRUE(is_harmless(code)) << std::hex << code;
}

TEST(Utf8, AHarmlessLineIsOneThatMayBeShown) {
  for (const char* line : {"", "phone", "télé 🔑"}) EXPECT_TRUE(is_harmless_line(line)) << line;
  for (const char* line : {"two\nlines", "\x1b[2J", "\xff", "cut\xc3", "\u202ephone", "a\tb"})
    EXPECT_FALSE(is_harmless_line(line)) << ::testing::PrintToString(line);
}

TEST(Utf8, LengthCountsCharacters) { EXPECT_EQ(length_of("aä€🔑"), 4U); }

}  // namespace
}  // namespace usher::testing
