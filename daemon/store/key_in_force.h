// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>

#include "daemon/store/master_key.h"
#include "daemon/store/sealer.h"
#include "daemon/store/sqlite.h"

namespace usher {

// Which key is in force is written in the store, in the transaction that seals everything under it;
// the key file holds that key before and after (rotation.h). For the store room: what fails is
// thrown.

/// The key file holds no key of the id that was read from the store: it belongs to another store,
/// or a rotation has ended since that id was read.
class KeyMissing : public std::runtime_error {
 public:
  explicit KeyMissing(const std::filesystem::path& key_file);
};

/// The key that `database` names, from `key_file`. Not for inside of a transaction, in which
/// `database` would go on to name the key of the moment at which that began.
[[nodiscard]] MasterKey key_in_force(Database& database, const std::filesystem::path& key_file);

/// The sealer of the key in force. Keeps it from one use to the next, and reads the key file again
/// when the store names another key than before: so a rotation needs no restart. One thread at a
/// time.
class SealerInForce {
 public:
  SealerInForce(std::filesystem::path key_file, const MasterKey& key);

  /// The sealer of the key `id`, as read in the transaction whose seals are to be opened or made.
  /// KeyMissing where the file doesn't hold it: a transaction that begins later may fare better.
  [[nodiscard]] const Sealer& of(const KeyId& id);

 private:
  std::filesystem::path key_file_;
  KeyId id_;
  Sealer sealer_;
};

}  // namespace usher
