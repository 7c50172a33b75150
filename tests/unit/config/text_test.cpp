// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/text.h"

#include <gtest/gtest.h>

#include <array>

#include "daemon/config/config.h"
#include "daemon/config/syntax.h"

namespace usher::config {
namespace {

TEST(Printable, LeavesTextAlone) {
  for (const char* text : {"", "plain", "tab\tin it", "für Überseer", "日本語", "🔑"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ReplacesWhatATerminalWouldObeyOneForOne) {
  EXPECT_EQ(printable("\x1b[31mred\n"), "\uFFFD[31mred\uFFFD");
  EXPECT_EQ(printable("\x7f"), "\uFFFD");
  EXPECT_EQ(printable("\u0085\u009b"), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("\u202e\u2066\u200f"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\uFFFDb");
}

TEST(Printable, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(printable("caf\xe9"), "caf\uFFFD");
  EXPECT_EQ(printable("\xc0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xe2\x82"), "\uFFFD\uFFFD");
}

TEST(Ticked, CutsWhatIsLong) {
  EXPECT_EQ(ticked("short"), "`short`");
  EXPECT_EQ(ticked(std::string(100, 'a')), "`" + std::string(64, 'a') + "…`");
}

TEST(Characters, CountCharactersNotBytes) {
  EXPECT_EQ(characters("äöü!", 1, 2), "öü");
  EXPECT_EQ(characters("äöü!", 3, 9), "!");
  EXPECT_EQ(characters("äöü!", 9, 9), "");
}

TEST(Nearest, FindsWhatWasMeant) {
  constexpr std::array<std::string_view, 3> kWords = {"service", "user", "not_from"};
  EXPECT_EQ(nearest("sevice", kWords), "service");
  EXPECT_EQ(nearest("serivce", kWords), "service");
  EXPECT_EQ(nearest("users", kWords), "user");
  EXPECT_EQ(nearest("not-from", kWords), "not_from");
  EXPECT_EQ(nearest("notfrom", kWords), "not_from");
}

TEST(Nearest, DoesNotGuessWildly) {
  constexpr std::array<std::string_view, 3> kWords = {"service", "user", "from"};
  for (const char* word : {"", "x", "colour", "surveys"})
    EXPECT_EQ(nearest(word, kWords), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 's'), kWords), std::nullopt);
}

TEST(Render, ShowsThePlaceTheLineAndTheHint) {
  const Finding finding{.at = {.file = "usher.toml", .line = 3, .column = 5},
                        .message = "wrong",
                        .hint = "right",
                        .source_line = "a = b"};
  EXPECT_EQ(render(finding),
            "usher.toml:3:5: wrong\n"
            "    a = b\n"
            "        ^\n"
            "    hint: right\n");
}

TEST(Render, LeavesOutWhatThereIsNot) {
  const Finding finding{.at = {.file = "usher.toml"}, .message = "wrong"};
  EXPECT_EQ(render(finding), "usher.toml: wrong\n");
}

TEST(Render, ShowsTheMiddleOfALongLine) {
  const Finding finding{.at = {.file = "f", .line = 1, .column = 501},
                        .message = "wrong",
                        .source_line = std::string(500, 'a') + "X" + std::string(500, 'b')};
  const std::string text = render(finding);
  const std::size_t line = text.find('\n') + 1;
  const std::size_t caret_line = text.find('\n', line) + 1;
  EXPECT_LT(caret_line - line, 200U);
  EXPECT_EQ(text.find('X', line) - line, text.find('^') - caret_line);
}

TEST(Render, TheCaretMayStandBehindTheLine) {
  const Finding finding{
      .at = {.file = "f", .line = 1, .column = 4}, .message = "wrong", .source_line = "a ="};
  EXPECT_EQ(render(finding), "f:1:4: wrong\n    a =\n       ^\n");
}

TEST(Nesting, CountsKeysAloneAndNotTexts) {
  const std::string dots(5000, '.');
  EXPECT_TRUE(nests_too_deep("a" + dots));
  EXPECT_FALSE(nests_too_deep("a = \"" + dots + "\""));
  EXPECT_FALSE(nests_too_deep("a = '" + dots + "'"));
  EXPECT_FALSE(nests_too_deep("a = \"\"\"\n\"" + dots + "\n\"\"\""));
  EXPECT_FALSE(nests_too_deep("# " + dots + "\na = 1"));
  EXPECT_FALSE(nests_too_deep("a = \"\\\"" + dots + "\""));
  EXPECT_TRUE(nests_too_deep("a = \"\\\\\"\n" + dots));
  EXPECT_TRUE(nests_too_deep("# it's\n" + dots));
}

}  // namespace
}  // namespace usher::config
