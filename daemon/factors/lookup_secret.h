// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/factors/factor_check.h"
#include "daemon/host/clock.h"
#include "daemon/model/lookup_secret.h"
#include "daemon/store/store.h"

namespace usher {

/// A look-up secret that was just made: shown once, and known by its hash from then on.
struct NewLookupSecret {
  Secret text;  // "k7mq-2v9d-...": six groups of four of Crockford's base32, 120 random bits
  LookupHash hash{};
};

/// Random ones (randombytes_buf(3)) for `user`, a canonical name. So long that a plain hash is
/// enough (NIST SP 800-63B-4 section 3.1.2.2).
[[nodiscard]] Result<std::vector<NewLookupSecret>> new_lookup_secrets(LookupKind kind,
                                                                      std::string_view user,
                                                                      std::size_t count);

/// The hash of what was typed; none where that has not the form of a look-up secret. Case, spaces
/// and hyphens don't count, and O, I and L read as the digits they look like.
[[nodiscard]] std::optional<LookupHash> hash_of_typed(LookupKind kind, std::string_view user,
                                                      const Secret& answer);

/// Compares `answer` with those of `user` that count now for `service`. Success uses one up.
[[nodiscard]] Result<FactorCheck> check_lookup_secret(LookupKind kind, std::string_view user,
                                                      std::string_view service,
                                                      const Secret& answer, Store& store,
                                                      const Clock& clock);

/// What check_lookup_secret() says of an answer that is none of the person's secrets at all.
[[nodiscard]] std::string words_for_none(LookupKind kind);

/// Recovery codes that are left to `user`.
[[nodiscard]] Result<std::size_t> recovery_codes_left(std::string_view user, Store& store);

/// The `recovery` factor. Thread-safe.
class RecoveryFactor final : public AskedFactor {
 public:
  /// `store` and `clock` must outlive the factor.
  RecoveryFactor(Store& store, const Clock& clock) : store_(&store), clock_(&clock) {}

  [[nodiscard]] std::string_view label() const override { return "Recovery code"; }
  [[nodiscard]] PromptPurpose purpose() const override { return PromptPurpose::other; }
  [[nodiscard]] Result<FactorCheck> check(std::string_view user, const Secret& answer,
                                          Deadline deadline) override;

 private:
  Store* store_;
  const Clock* clock_;
};

}  // namespace usher
