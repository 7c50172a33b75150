// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"

namespace usher::config {

/// One TOML file: its text, what it parsed to, and what was found wrong with it so far. One thread
/// at a time.
class Document {
 public:
  /// `file` is the name that findings bear. A syntax error becomes a finding, and the document is
  /// then empty and not well_formed().
  Document(std::string file, std::string text);

  [[nodiscard]] bool well_formed() const noexcept { return well_formed_; }
  [[nodiscard]] const toml::table& root() const noexcept { return root_; }
  [[nodiscard]] SourcePosition position_of(const toml::source_position& at) const;
  /// The line that `at` is in, printable; empty where there is none.
  [[nodiscard]] std::string source_line(const toml::source_position& at) const;

  void report(const toml::source_position& at, std::string_view message,
              std::string_view hint = {});
  /// About the file as a whole.
  void report_file(std::string_view message, std::string_view hint = {});

  [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }

 private:
  [[nodiscard]] std::string_view line(std::size_t number) const;

  std::string file_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
  toml::table root_;
  std::vector<Finding> findings_;
  bool well_formed_ = false;
};

}  // namespace usher::config
