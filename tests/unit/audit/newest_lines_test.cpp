// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/newest_lines.h"

#include <gtest/gtest.h>

#include "daemon/audit/event_json.h"
#include "tests/unit/audit/audit_fixture.h"

namespace usher::testing {
namespace {

using Lines = std::vector<std::string>;

bool everything(std::string_view) { return true; }

Lines newest(std::string_view content, const NewestLinesLimits& limits = {}) {
  const LogDirectory directory;
  write_content(directory.file(), content);
  const auto lines = newest_lines(directory.file(), limits, everything);
  EXPECT_TRUE(lines);
  return lines.value_or(Lines{"error"});
}

TEST(NewestLines, AreTheLastOnesOldestFirst) {
  EXPECT_EQ(newest("one\ntwo\nthree\n", {.lines = 2}), (Lines{"two", "three"}));
  EXPECT_EQ(newest("one\ntwo\nthree\n"), (Lines{"one", "two", "three"}));
}

TEST(NewestLines, AreNoneOfAnEmptyFile) {
  EXPECT_EQ(newest(""), Lines{});
  EXPECT_EQ(newest("\n\n"), Lines{});
}

TEST(NewestLines, DoNotIncludeAnUnfinishedOne) {
  EXPECT_EQ(newest("one\ntw"), (Lines{"one"}));
  EXPECT_EQ(newest("on"), Lines{});
}

TEST(NewestLines, AreWholeAcrossBlocks) {
  std::string content;
  Lines expected;
  for (int i = 0; i < 3000; ++i) {
    std::string line = std::to_string(i) + std::string(100, 'x');
    content += line + "\n";
    expected.push_back(std::move(line));
  }
  EXPECT_EQ(newest(content, {.lines = 10'000, .bytes = content.size()}), expected);
}

TEST(NewestLines, SkipOneThatIsTooLongAndGoOnBeforeIt) {
  const std::string monster(3 * kMaxEventLine, 'm');
  EXPECT_EQ(newest("first\n" + monster + "\nlast\n"), (Lines{"first", "last"}));
  EXPECT_EQ(newest("first\n" + monster), (Lines{"first"}));
  EXPECT_EQ(newest(monster + "\nlast\n"), (Lines{"last"}));
}

TEST(NewestLines, KeepToTheBytesAllowed) {
  EXPECT_EQ(newest("aaaa\nbbbb\ncccc\n", {.bytes = 9}), (Lines{"bbbb", "cccc"}));
}

TEST(NewestLines, LookNoFurtherBackThanAllowed) {
  EXPECT_EQ(newest("aaaa\nbbbb\ncccc\n", {.examined = 7}), (Lines{"cccc"}));
}

TEST(NewestLines, AreThoseThatAreWanted) {
  const LogDirectory directory;
  write_content(directory.file(), "a1\nb1\na2\nb2\n");
  const auto lines = newest_lines(directory.file(), {.lines = 1},
                                  [](std::string_view line) { return line.starts_with('a'); });
  ASSERT_TRUE(lines);
  EXPECT_EQ(*lines, (Lines{"a2"}));
}

TEST(NewestLines, OfAMissingFileAreAnError) {
  EXPECT_FALSE(newest_lines("/nonexistent/audit.jsonl", {}, everything));
}

}  // namespace
}  // namespace usher::testing
