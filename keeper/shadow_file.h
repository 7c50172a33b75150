// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/model/result.h"
#include "usher/secret.h"

namespace usher {

/// A text in locked memory, wiped on destruction. Move-only. One thread at a time.
class LockedText {
 public:
  LockedText(LockedMemory memory, std::size_t size) noexcept
      : memory_(std::move(memory)), size_(size) {}
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(memory_.data()), size_};
  }

 private:
  LockedMemory memory_;
  std::size_t size_;
};

/// The file of hashes. Read afresh each time, by read(2) alone: no name service, no stdio buffer
/// that would keep hashes. Thread-safe.
class ShadowFile {
 public:
  /// `owner`: whose the file may be, besides root's.
  ShadowFile(std::string path, uid_t owner) : path_(std::move(path)), owner_(owner) {}

  /// All of it, at most kMostBytes. An Error where it is no regular file, is a symbolic link, is
  /// another's or could be written by others, or can't be read.
  [[nodiscard]] Result<LockedText> read() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  static constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;  // 100,000 accounts

 private:
  const std::string path_;
  const uid_t owner_;
};

}  // namespace usher
