// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace usher::ctl {

/// What a text means; a palette says how that looks.
enum class Style : std::uint8_t { plain = 1, good, bad, warning, quiet, strong };

/// Colours by escape sequences of ECMA-48, or none at all.
class Palette {
 public:
  explicit Palette(bool coloured) noexcept : coloured_(coloured) {}
  [[nodiscard]] std::string paint(std::string_view text, Style style) const;

 private:
  bool coloured_;
};

struct Cell {
  std::string text;
  Style style = Style::plain;
};

/// Rows whose columns are aligned, two blanks apart. Whatever the cells hold, each row stays one
/// line and no cell steers the terminal.
class Table {
 public:
  /// `headings`, one for each column, are shown by text_with_headings() alone.
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  /// A row has as many cells as there are headings.
  void add(std::vector<Cell> row);

  [[nodiscard]] std::string text(const Palette& palette, std::string_view indent = {}) const;
  [[nodiscard]] std::string text_with_headings(const Palette& palette) const;

 private:
  using Row = std::vector<Cell>;
  [[nodiscard]] static std::string layout(const std::vector<Row>& rows, const Palette& palette,
                                          std::string_view indent);
  std::vector<std::string> headings_;
  std::vector<Row> rows_;
};

}  // namespace usher::ctl
