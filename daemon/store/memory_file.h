// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "daemon/store/sqlite.h"

namespace usher {

/// A database that is a file of SQLite's format, in memory and nowhere else: for a copy of a store
/// that must not touch a disk. (sqlite3_serialize(3) does the like; not every build of SQLite that
/// Usher meets has it.) What SQLite puts beside the database, a journal, is in memory too.
/// Move-only; one thread at a time.
class MemoryFile {
 public:
  /// Empty, or with the bytes of such a file.
  explicit MemoryFile(std::vector<std::uint8_t> bytes = {});
  MemoryFile(MemoryFile&&) noexcept = default;
  MemoryFile& operator=(MemoryFile&&) noexcept = default;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() = default;

  /// Opens it. The connection must not outlive this, and is the only one.
  [[nodiscard]] Database open();
  /// What the file holds; whole only after the connection has ended, or has no journal.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return *bytes_; }

 private:
  std::unique_ptr<std::vector<std::uint8_t>> bytes_;
};

}  // namespace usher
