// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "daemon/model/result.h"
#include "usher/secret.h"

namespace usher {

/// Names a master key without telling it: a store remembers the id of the key it was made with.
using KeyId = std::array<std::uint8_t, 16>;

/// The 256-bit key that what is sealed in the store is sealed under; kept outside the store, so
/// that a copy of the store alone is of no use. Move-only; const calls may be made from many
/// threads. The file format is described in docs/store.md.
class MasterKey {
 public:
  /// Random, from the kernel (randombytes_buf(3)).
  [[nodiscard]] static Result<MasterKey> generate();
  /// Reads a key file: regular, no symbolic link, owned by root or the calling user, and readable
  /// by nobody else. Root's own file may also be readable by group root: that is how systemd shows
  /// a credential (systemd.exec(5), LoadCredential=).
  [[nodiscard]] static Result<MasterKey> read(const std::filesystem::path& file);

  /// What a key file holds.
  [[nodiscard]] Result<Secret> encode() const;
  [[nodiscard]] KeyId id() const;
  /// The 32-byte key that seeds are sealed with, derived from this one.
  [[nodiscard]] Result<Secret> sealing_key() const;

 private:
  explicit MasterKey(Secret key) noexcept : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace usher
