// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace usher::testing {

/// A directory of its own for one test, removed with it; like everything made in it by way of this
/// class, writable for its owner alone.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "usher-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

  /// Makes the file with the directories above it.
  std::filesystem::path write(std::string_view name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    for (auto above = file.parent_path(); above != path_ && !std::filesystem::exists(above);
         above = above.parent_path())
      make_directory(std::filesystem::relative(above, path_).string());
    std::ofstream(file, std::ios::binary) << content;
    set_mode(file, 0600);
    return file;
  }
  std::filesystem::path make_directory(std::string_view name) const {
    const std::filesystem::path directory = path_ / name;
    std::filesystem::create_directories(directory);
    set_mode(directory, 0700);
    return directory;
  }
  static void set_mode(const std::filesystem::path& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0) std::abort();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace usher::testing
