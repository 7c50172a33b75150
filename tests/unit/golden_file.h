// SPDX-License-Identifier: Apache-2.0
// Files beside the tests, NAME.toml, each with what is expected of it in NAME.expected.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace usher::testing {

inline std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

/// The NAME.toml files of `directory`, in order.
inline std::vector<std::filesystem::path> toml_files_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// Expects `told` to be something, and what stands in NAME.expected beside `file`;
/// USHER_REWRITE_EXPECTED=1 in the environment writes that anew, for reading in a diff.
inline void expect_told(const std::string& told, const std::filesystem::path& file) {
  std::filesystem::path expected = file;
  expected.replace_extension(".expected");
  if (std::getenv("USHER_REWRITE_EXPECTED") != nullptr)
    std::ofstream(expected, std::ios::binary) << told;
  EXPECT_FALSE(told.empty());
  EXPECT_EQ(told, content_of(expected));
}

/// A test's name of a file: "rules-hours.toml" is rules_hours.
inline std::string test_name_of(const ::testing::TestParamInfo<std::filesystem::path>& file) {
  std::string name = file.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace usher::testing
