// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "usher/unique_fd.h"

namespace usher::config {

inline constexpr std::size_t kMaxConfigurationFile = std::size_t{1024} * 1024;

/// Why a file or directory was not taken.
struct FileProblem {
  bool missing = false;  // there is nothing of that name
  std::string message;
  std::string hint;
};

/// A directory whose content no other user can change: it belongs to root or to the effective user,
/// nobody else may write to it, and it is no symbolic link. Move-only; any thread may use it.
class SafeDirectory {
 public:
  [[nodiscard]] static std::expected<SafeDirectory, FileProblem> open(
      const std::filesystem::path& path);

  /// The content of the regular file `name` in it, of which the same is true; at most
  /// kMaxConfigurationFile bytes. `name` is one path component.
  [[nodiscard]] std::expected<std::string, FileProblem> read(const std::string& name) const;

  /// The names in it but "." and "..", in no order.
  [[nodiscard]] std::expected<std::vector<std::string>, FileProblem> names() const;

 private:
  SafeDirectory(std::filesystem::path path, UniqueFd directory) noexcept;

  std::filesystem::path path_;
  UniqueFd directory_;
};

/// The content of the file at `path`, of which, and of whose directory, the same is true.
[[nodiscard]] std::expected<std::string, FileProblem> read_safe_file(
    const std::filesystem::path& path);

}  // namespace usher::config
