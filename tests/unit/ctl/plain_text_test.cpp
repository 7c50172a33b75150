// SPDX-License-Identifier: Apache-2.0
#include "ctl/plain_text.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

TEST(PlainText, LeavesTextLineEndsAndTabsAlone) {
  EXPECT_EQ(plain("Müller\tand 二\n████ ▀▄\n"), "Müller\tand 二\n████ ▀▄\n");
}

TEST(PlainText, AnEscapeSequenceLosesItsEscape) {
  EXPECT_EQ(plain("\x1b[2J\x1b]0;title\x07"), "?[2J?]0;title?");
}

TEST(PlainText, EightBitAndUtf8ControlsAreReplacedByteForByte) {
  EXPECT_EQ(plain("\x9b"), "?");       // CSI as one byte, which is not UTF-8 either
  EXPECT_EQ(plain("\xc2\x9b"), "??");  // the same as U+009B
  EXPECT_EQ(plain("a\x7f\rb"), "a??b");
}

TEST(PlainText, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(plain("\xc0\xaf"), "??");            // over-long
  EXPECT_EQ(plain("\xed\xa0\x80"), "???");       // a surrogate
  EXPECT_EQ(plain("\xf4\x90\x80\x80"), "????");  // above U+10FFFF
  EXPECT_EQ(plain("abc\xe2\x82"), "abc??");      // cut short
}

TEST(PlainText, MarksThatReorderTextAreReplaced) {
  EXPECT_EQ(plain("a\u202eb\u2066c\u2028d"), "a???b???c???d");
}

TEST(PlainText, ACellKeepsNoLineEnd) { EXPECT_EQ(plain_line("a\nb\tc"), "a?b?c"); }

TEST(PlainText, WritesWhatItWouldReturn) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  EXPECT_TRUE(write_plain(writer.get(), "a\x1b[1mb\n"));
  writer.reset();
  std::array<char, 32> read{};
  const ssize_t size = ::read(reader.get(), read.data(), read.size());
  EXPECT_EQ(std::string(read.data(), static_cast<std::size_t>(size)), "a?[1mb\n");
}

TEST(PlainText, SaysThatItCouldNotWrite) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(write_plain(full.get(), "text"));
}

TEST(PlainText, CountsCharactersNotBytes) { EXPECT_EQ(columns_of("Müller"), 6U); }

}  // namespace
}  // namespace usher::ctl
