// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "daemon/model/result.h"
#include "usher/secret.h"

namespace usher {

// A backup's file: what it holds, encrypted under a passphrase (docs/store.md, "The backup file").

/// What guessing at the passphrase costs (Argon2id, crypto_pwhash of libsodium).
struct PassphraseCost {
  /// More is not read, since a header may say what it likes.
  static constexpr std::uint64_t kMostMemory = std::uint64_t{4} << 30U;

  std::uint32_t passes = 0;
  std::uint64_t memory_bytes = 0;

  /// What this machine can bear: 1 GiB, or a quarter of that and as much work where that would be
  /// more than a quarter of its memory.
  [[nodiscard]] static PassphraseCost bearable();
  /// At least 8 KiB and at most kMostMemory.
  [[nodiscard]] static PassphraseCost of_memory(std::uint64_t bytes);
};

/// A file's content.
struct BackupContent {
  Secret head;                      // at most Secret::kCapacity bytes: where keys belong
  std::vector<std::uint8_t> image;  // of any size
};

/// Writes the file to `out`, and makes it durable if it is one on a disk.
[[nodiscard]] Result<void> write_backup_file(int out, const Secret& passphrase,
                                             const PassphraseCost& cost,
                                             std::span<const std::uint8_t> head,
                                             std::span<const std::uint8_t> image);

/// Reads one from `in`, from where that stands to its end. An Error says whether it is no backup,
/// another version's, cut short, changed, or the passphrase not this file's; then nothing of the
/// content is given away.
[[nodiscard]] Result<BackupContent> read_backup_file(int in, const Secret& passphrase);

/// Whether the file begins as a backup does; looks, and leaves `in` where it stands. For before a
/// passphrase is asked for.
[[nodiscard]] Result<void> expect_backup_file(int in);

}  // namespace usher
