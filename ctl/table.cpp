// SPDX-License-Identifier: Apache-2.0
#include "ctl/table.h"

#include <algorithm>
#include <utility>

#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

constexpr std::size_t kGap = 2;

std::string_view sequence_of(Style style) {
  switch (style) {
    case Style::plain:
      return {};
    case Style::good:
      return "\x1b[32m";
    case Style::bad:
      return "\x1b[31m";
    case Style::warning:
      return "\x1b[33m";
    case Style::quiet:
      return "\x1b[2m";
    case Style::strong:
      return "\x1b[1m";
  }
  return {};
}

}  // namespace

std::string Palette::paint(std::string_view text, Style style) const {
  const std::string_view sequence = sequence_of(style);
  if (!coloured_ || sequence.empty() || text.empty()) return std::string(text);
  std::string painted(sequence);
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

void Table::add(std::vector<Cell> row) {
  row.resize(headings_.size());
  for (Cell& cell : row) cell.text = plain_line(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::text(const Palette& palette, std::string_view indent) const {
  return layout(rows_, palette, indent);
}

std::string Table::text_with_headings(const Palette& palette) const {
  std::vector<Row> rows;
  Row& top = rows.emplace_back();
  for (const std::string& heading : headings_)
    top.push_back({.text = heading, .style = Style::strong});
  rows.insert(rows.end(), rows_.begin(), rows_.end());
  return layout(rows, palette, {});
}

std::string Table::layout(const std::vector<Row>& rows, const Palette& palette,
                          std::string_view indent) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i].text));

  std::string text;
  for (const Row& row : rows) {
    text += indent;
    std::size_t owed = 0;  // blanks, written only before a text, so that no line ends in them
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Cell& cell = row[i];
      if (!cell.text.empty()) {
        text.append(std::exchange(owed, 0), ' ');
        text += palette.paint(cell.text, cell.style);
      }
      owed += widths[i] - columns_of(cell.text) + kGap;
    }
    text += '\n';
  }
  return text;
}

}  // namespace usher::ctl
