// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/key_in_force.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/store/key_ring.h"
#include "daemon/store/must.h"
#include "daemon/store/schema.h"

namespace usher {
namespace {

MasterKey copy_of(const MasterKey& key) {
  return must(MasterKey::decode(must(key.encode()).expose()));
}

MasterKey key_named(const KeyId& id, const std::filesystem::path& key_file) {
  const KeyRing ring = must(KeyRing::read(key_file));
  const MasterKey* const key = ring.find(id);
  if (key == nullptr) throw KeyMissing(key_file);
  return copy_of(*key);
}

}  // namespace

KeyMissing::KeyMissing(const std::filesystem::path& key_file)
    : std::runtime_error(
          fmt::format("the master key does not belong to this store: both must come from the same "
                      "`usherctl init` or the same backup (the key is {})",
                      key_file.string())) {}

MasterKey key_in_force(Database& database, const std::filesystem::path& key_file) {
  for (;;) {
    const KeyId id = stored_key_id(database);
    try {
      return key_named(id, key_file);
    } catch (const KeyMissing&) {
      // The rest of a rotation may have gone by between the two looks.
      if (stored_key_id(database) == id) throw;
    }
  }
}

SealerInForce::SealerInForce(std::filesystem::path key_file, const MasterKey& key)
    : key_file_(std::move(key_file)), id_(key.id()), sealer_(must(Sealer::create(key))) {}

const Sealer& SealerInForce::of(const KeyId& id) {
  if (id != id_) {
    sealer_ = must(Sealer::create(key_named(id, key_file_)));
    id_ = id;
  }
  return sealer_;
}

}  // namespace usher
