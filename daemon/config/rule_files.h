// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/config/safe_file.h"

namespace usher::config {

/// One file of rules, read but not parsed.
struct RuleFile {
  std::string path;
  std::string name;  // without the directory
  std::string text;
};

/// Something that could not be read.
struct RuleFileProblem {
  std::string path;
  FileProblem problem;
  /// The directory it is about, by its place in the list; none where it is about a file.
  std::optional<std::size_t> directory;
};

struct RuleFiles {
  std::vector<RuleFile> files;  // in the order of their names
  std::vector<RuleFileProblem> problems;
};

/// Reads the NN-name.toml files of `directories`. A file in a later directory masks one of the same
/// name in an earlier, which is then not opened; an empty file so switches another off. A directory
/// may be missing as long as one is there. Other names ending in .toml are problems, since they
/// look like rules that are in force; the rest (README, expectations, editors' copies, package
/// managers' leftovers) is passed over.
[[nodiscard]] RuleFiles find_rule_files(std::span<const std::string> directories);

/// Reads the *.test.toml files of `directories`, which hold expectations and no rules. They mask
/// each other as rule files do.
[[nodiscard]] RuleFiles find_expectation_files(std::span<const std::string> directories);

}  // namespace usher::config
