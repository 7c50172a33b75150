// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/factors/factor_check.h"
#include "daemon/factors/hash_gate.h"
#include "daemon/store/store.h"

namespace usher {

/// What one Argon2id hash costs (RFC 9106).
struct PasswordCost {
  std::size_t memory_bytes = std::size_t{64} * 1024 * 1024;  // at least 19 MiB
  std::uint32_t passes = 2;                                  // at least 2
};

inline constexpr std::size_t kLeastPasswordMemory = std::size_t{19} * 1024 * 1024;
inline constexpr std::uint32_t kLeastPasswordPasses = 2;

/// Hashes with a fresh salt (crypto_pwhash_str of libsodium). Waits at the gate until `deadline`.
[[nodiscard]] Result<std::string> hash_password(const Secret& password, const PasswordCost& cost,
                                                HashGate& gate, Deadline deadline);

/// The `password` factor: the Usher password, Argon2id. Thread-safe.
class PasswordFactor final : public AskedFactor {
 public:
  /// Makes the hash that unknown users are compared with, at `cost`; an Error where memory fails.
  /// `store` and `gate` must outlive the factor.
  [[nodiscard]] static Result<PasswordFactor> create(Store& store, HashGate& gate,
                                                     PasswordCost cost);

  [[nodiscard]] std::string_view label() const override { return "Password"; }
  [[nodiscard]] PromptPurpose purpose() const override { return PromptPurpose::password; }
  [[nodiscard]] Result<FactorCheck> check(std::string_view user, const Secret& answer,
                                          Deadline deadline) override;
  /// What replaces `outdated_hash` of `user` by a hash of the same password at today's cost. For
  /// when every factor of a login held, since it costs a second hash.
  [[nodiscard]] Result<Effect> renewal(std::string_view user, const Secret& password,
                                       std::string outdated_hash, Deadline deadline);
  [[nodiscard]] Result<std::string> hash(const Secret& password, Deadline deadline);

 private:
  PasswordFactor(Store& store, HashGate& gate, PasswordCost cost, std::string decoy)
      : store_(&store), gate_(&gate), cost_(cost), decoy_(static_cast<std::string&&>(decoy)) {}
  Store* store_;
  HashGate* gate_;
  PasswordCost cost_;
  std::string decoy_;
};

}  // namespace usher
