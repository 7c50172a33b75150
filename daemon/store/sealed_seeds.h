// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/store/master_key.h"
#include "daemon/store/sealer.h"
#include "daemon/store/sqlite.h"

namespace usher {

// The seeds of all generators of a store at once. For the store room: what fails is thrown.

/// A row of the table `otp`, as far as its seal goes.
struct SealedSeed {
  std::int64_t id = 0;
  std::string user;
  std::string label;
  OtpParameters parameters;
  std::vector<std::uint8_t> sealed;

  /// Views into this.
  [[nodiscard]] SeedIdentity identity() const {
    return {.user = user, .label = label, .parameters = parameters};
  }
};

/// All of them, in the order of their ids.
[[nodiscard]] std::vector<SealedSeed> sealed_seeds(Database& database);

/// Opens each seal, and throws at the first that is not of this key and its row.
void expect_unsealable(Database& database, const Sealer& sealer);

/// Seals everything in a store under another key. The computing can be done before, so that the
/// store is only written while it is locked.
class Resealing {
 public:
  /// How many of how many seeds are sealed anew.
  using Progress = std::function<void(std::size_t done, std::size_t of)>;

  Resealing(const MasterKey& from, const MasterKey& to);

  /// Computes the seals of what is there now. Changes nothing; not in a transaction.
  void prepare(Database& database, const Progress& progress);
  /// Inside of a transaction of the caller's: writes the seals, those of what came or changed since
  /// prepare() included, and the id of the new key. Returns how many there were. Throws where the
  /// store is not, or no longer, one of the old key.
  std::size_t apply(Database& database);

 private:
  struct Prepared {
    std::vector<std::uint8_t> before;
    std::vector<std::uint8_t> after;
  };
  [[nodiscard]] std::set<std::int64_t> write_prepared(Database& database) const;
  [[nodiscard]] std::vector<std::uint8_t> resealed(const SealedSeed& seed) const;

  KeyId old_id_;
  KeyId new_id_;
  Sealer old_;
  Sealer new_;
  std::map<std::int64_t, Prepared> prepared_;
};

}  // namespace usher
