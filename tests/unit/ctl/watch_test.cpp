// SPDX-License-Identifier: Apache-2.0
// What of a text goes onto a screen; tests of `usherctl sessions --watch` are beside its others.
#include "ctl/watch.h"

#include <gtest/gtest.h>

namespace usher::ctl {
namespace {

constexpr std::size_t kWide = 80;

TEST(Fitting, LeavesAsItIsWhatHasRoom) {
  // The cursor stands in a line of its own.
  EXPECT_EQ(fitting("a\nb\nc\n", "a\nb\nc\n", 4, kWide), "a\nb\nc\n");
}

TEST(Fitting, SaysHowManyLinesHaveNone) {
  EXPECT_EQ(fitting("a\nb\nc\nd\n", "a\nb\nc\nd\n", 4, kWide), "a\nb\n... and 2 more\n");
}

TEST(Fitting, CountsALineThatIsWrappedAsMany) {
  EXPECT_EQ(fitting("0123456789\nb\nc\n", "0123456789\nb\nc\n", 4, 5),
            "0123456789\n... and 2 more\n");
  EXPECT_EQ(fitting("01234\nb\nc\n", "01234\nb\nc\n", 5, 5), "01234\nb\nc\n");
}

TEST(Fitting, ColoursAndManyByteCharactersTakeNoRoom) {
  EXPECT_EQ(fitting("\x1b[32m└ a\x1b[0m\nb\n", "└ a\nb\n", 3, 3), "\x1b[32m└ a\x1b[0m\nb\n");
}

TEST(Fitting, AnEmptyLineIsOne) {
  EXPECT_EQ(fitting("\n\n\n\n", "\n\n\n\n", 4, kWide), "\n\n... and 2 more\n");
}

TEST(Fitting, NothingIsCutWhereTheSizeIsUnknown) {
  EXPECT_EQ(fitting("a\nb\nc\n", "a\nb\nc\n", 0, 0), "a\nb\nc\n");
  EXPECT_EQ(fitting("", "", 4, kWide), "");
}

}  // namespace
}  // namespace usher::ctl
