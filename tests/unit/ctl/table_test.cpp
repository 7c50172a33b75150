// SPDX-License-Identifier: Apache-2.0
#include "ctl/table.h"

#include <gtest/gtest.h>

namespace usher::ctl {
namespace {

Table people() {
  Table table({"NAME", "FROM", "WHY"});
  table.add({{.text = "ada"}, {.text = "192.0.2.7"}, {.text = "right"}});
  table.add({{.text = "Müller"}, {.text = ""}, {.text = ""}});
  return table;
}

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtTheEnd) {
  EXPECT_EQ(people().text(Palette(false)), "ada     192.0.2.7  right\nMüller\n");
}

TEST(Table, HeadingsCountForTheWidthOnlyWhereTheyAreShown) {
  EXPECT_EQ(people().text_with_headings(Palette(false)),
            "NAME    FROM       WHY\nada     192.0.2.7  right\nMüller\n");
}

TEST(Table, ColourDoesNotDisturbTheAlignment) {
  Table table({"", ""});
  table.add({{.text = "no", .style = Style::bad}, {.text = "x"}});
  table.add({{.text = "yes"}, {.text = "y"}});
  EXPECT_EQ(table.text(Palette(true), "  "), "  \x1b[31mno\x1b[0m   x\n  yes  y\n");
}

TEST(Table, NoCellBreaksItsLineOrSteersTheTerminal) {
  Table table({"", ""});
  table.add({{.text = "eve\n\x1b[2J"}, {.text = "x"}});
  EXPECT_EQ(table.text(Palette(false)), "eve??[2J  x\n");
}

TEST(Table, MissingCellsAreEmpty) {
  Table table({"", ""});
  table.add({{.text = "alone"}});
  EXPECT_EQ(table.text(Palette(false)), "alone\n");
}

}  // namespace
}  // namespace usher::ctl
