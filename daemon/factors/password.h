// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/factors/factor_check.h"
#include "daemon/host/keeper.h"
#include "daemon/serving/hash_gate.h"
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

/// The `password` factor: the Usher password (Argon2id) where the person has one set, else that of
/// /etc/shadow, which the keeper compares. Whoever has neither, or does not exist, costs what most
/// others cost: the keeper's work where there is one, else an Argon2id hash. Thread-safe.
class PasswordFactor final : public AskedFactor {
 public:
  /// Makes the hash that unknown users are compared with, at `cost`; an Error where memory fails.
  /// `store`, `keeper` and `gate` must outlive the factor.
  [[nodiscard]] static Result<PasswordFactor> create(Store& store, Keeper& keeper, HashGate& gate,
                                                     PasswordCost cost);

  [[nodiscard]] std::string_view label() const override { return "Password"; }
  [[nodiscard]] PromptPurpose purpose() const override { return PromptPurpose::password; }
  /// An answer that is empty, or that sshd has put in place of the person's, is compared with
  /// nothing and counts against nobody. A keeper that can't be asked is an Error, but not for who
  /// has an Usher password.
  [[nodiscard]] Result<FactorCheck> check(std::string_view user, const Secret& answer,
                                          Deadline deadline) override;
  /// What replaces `outdated_hash` of `user` by a hash of the same password at today's cost. For
  /// when every factor of a login held, since it costs a second hash.
  [[nodiscard]] Result<RehashPassword> renewal(std::string_view user, const Secret& password,
                                               std::string outdated_hash, Deadline deadline);
  [[nodiscard]] Result<std::string> hash(const Secret& password, Deadline deadline);
  /// Whether `hash` is one of this very password.
  [[nodiscard]] Result<bool> is_hash_of(const std::string& hash, const Secret& password,
                                        Deadline deadline);

 private:
  PasswordFactor(Store& store, Keeper& keeper, HashGate& gate, PasswordCost cost, std::string decoy)
      : store_(&store),
        keeper_(&keeper),
        gate_(&gate),
        cost_(cost),
        decoy_(static_cast<std::string&&>(decoy)) {}
  /// Refuses without a look at the answer, after the work that comparing it would have been.
  [[nodiscard]] Result<FactorCheck> refuse_unasked(bool at_keeper, std::string reason,
                                                   Deadline deadline);
  [[nodiscard]] Result<void> usher_work(Deadline deadline);
  [[nodiscard]] Result<void> keeper_work(Deadline deadline);
  [[nodiscard]] Result<FactorCheck> check_usher_password(const std::string& hash,
                                                         const Secret& answer, Deadline deadline);
  [[nodiscard]] Result<FactorCheck> check_system_password(std::string_view user,
                                                          const Secret& answer, Deadline deadline);
  Store* store_;
  Keeper* keeper_;
  HashGate* gate_;
  PasswordCost cost_;
  std::string decoy_;
};

}  // namespace usher
