// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "daemon/model/result.h"
#include "usher/secret.h"

namespace usher {

/// Names a master key without telling it: a store remembers the id of the key it was made with.
using KeyId = std::array<std::uint8_t, 16>;

/// The 256-bit key that what is sealed in the store is sealed under; kept outside the store, so
/// that a copy of the store alone is of no use. Move-only; const calls may be made from many
/// threads. Key files are KeyRing's.
class MasterKey {
 public:
  /// Bytes of a key's line in a key file, its line feed included.
  static constexpr std::size_t kLineSize = 84;

  /// Random, from the kernel (randombytes_buf(3)).
  [[nodiscard]] static Result<MasterKey> generate();
  /// Reads a line of a key file (docs/store.md, "Sealing"); an Error that does not quote it.
  [[nodiscard]] static Result<MasterKey> decode(std::string_view line);

  /// A line of a key file.
  [[nodiscard]] Result<Secret> encode() const;
  [[nodiscard]] KeyId id() const;
  /// The 32-byte key that seeds are sealed with, derived from this one.
  [[nodiscard]] Result<Secret> sealing_key() const;

 private:
  explicit MasterKey(Secret key) noexcept : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace usher
