// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/model/result.h"
#include "daemon/store/master_key.h"
#include "usher/secret.h"

namespace usher {

/// What a sealed seed belongs to. A seal opens for exactly the row it was made for, so that whoever
/// can write the store can't hand one person's seed to another or make its codes shorter.
struct SeedIdentity {
  std::string_view user;
  std::string_view label;
  OtpParameters parameters;
};

/// Seals seeds for the store: XChaCha20-Poly1305 (libsodium, crypto_aead_xchacha20poly1305_ietf),
/// a random nonce each, the row's identity as associated data. Const calls may be made from many
/// threads.
class Sealer {
 public:
  [[nodiscard]] static Result<Sealer> create(const MasterKey& key);

  /// Nonce, ciphertext and tag. An empty seed is an Error: it would make codes anyone can compute.
  [[nodiscard]] Result<std::vector<std::uint8_t>> seal(const Secret& seed,
                                                       const SeedIdentity& identity) const;
  /// An Error where `sealed` is not what seal() made for this identity under this key.
  [[nodiscard]] Result<Secret> unseal(std::span<const std::uint8_t> sealed,
                                      const SeedIdentity& identity) const;

 private:
  explicit Sealer(Secret key) noexcept : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace usher
