// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/config/config.h"
#include "daemon/interchange/secret_bytes.h"

namespace usher::interchange {

inline constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;  // of a file

/// A file that secrets are read from, whole, in memory that is locked and wiped. Move-only.
class SecretFile {
 public:
  /// Reads a regular file of at most kMostBytes. A symbolic link is refused: the owner of what it
  /// leads to is not whoever laid it. So is a file that others could have written to. Never waits
  /// for a FIFO's writer.
  [[nodiscard]] static std::expected<SecretFile, Finding> read(const std::filesystem::path& path);

  /// Reads to the end of what `descriptor` leads to, whatever that is; called `name` in findings.
  /// Borrows the descriptor.
  [[nodiscard]] static std::expected<SecretFile, Finding> read(int descriptor,
                                                               std::string_view name);

  [[nodiscard]] std::string_view content() const noexcept { return bytes_.expose(); }
  /// Whose file it is; none of a descriptor's, and none of root's, which may be about anybody.
  [[nodiscard]] std::optional<uid_t> owner() const noexcept { return owner_; }
  /// Others than the owner may read it.
  [[nodiscard]] bool is_open_to_others() const noexcept { return open_to_others_; }

 private:
  explicit SecretFile(SecretBytes bytes) noexcept : bytes_(std::move(bytes)) {}

  SecretBytes bytes_;
  std::optional<uid_t> owner_;
  bool open_to_others_ = false;
};

}  // namespace usher::interchange
