// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sealed_seeds.h"

#include <stdexcept>
#include <utility>

#include "daemon/store/must.h"
#include "daemon/store/otp_columns.h"
#include "daemon/store/schema.h"

namespace usher {

std::vector<SealedSeed> sealed_seeds(Database& database) {
  Query row = database.query("SELECT id, user, label, sealed_seed, " USHER_OTP_PARAMETERS
                             " FROM otp ORDER BY id");
  std::vector<SealedSeed> found;
  while (row.step())
    found.push_back({.id = row.integer(0),
                     .user = row.text(1),
                     .label = row.text(2),
                     .parameters = otp_parameters_in(row, 4),
                     .sealed = row.blob(3)});
  return found;
}

void expect_unsealable(Database& database, const Sealer& sealer) {
  for (const SealedSeed& seed : sealed_seeds(database))
    static_cast<void>(must(sealer.unseal(seed.sealed, seed.identity())));
}

Resealing::Resealing(const MasterKey& from, const MasterKey& to)
    : old_id_(from.id()),
      new_id_(to.id()),
      old_(must(Sealer::create(from))),
      new_(must(Sealer::create(to))) {}

void Resealing::prepare(Database& database, const Progress& progress) {
  std::vector<SealedSeed> seeds = sealed_seeds(database);
  for (SealedSeed& seed : seeds) {
    auto after = resealed(seed);
    prepared_[seed.id] = {.before = std::move(seed.sealed), .after = std::move(after)};
    progress(prepared_.size(), seeds.size());
  }
}

std::size_t Resealing::apply(Database& database) {
  if (stored_key_id(database) != old_id_)
    throw std::runtime_error("its key was changed meanwhile: look again");
  const std::vector<SealedSeed> seeds = sealed_seeds(database);
  for (const SealedSeed& seed : seeds) {
    const auto ready = prepared_.find(seed.id);
    const bool is_fresh = ready == prepared_.end() || ready->second.before != seed.sealed;
    const auto sealed = is_fresh ? resealed(seed) : std::move(ready->second.after);
    database.query("UPDATE otp SET sealed_seed = ? WHERE id = ?").bind(sealed).bind(seed.id).run();
  }
  database.query("UPDATE store SET key_id = ?").bind(new_id_).run();
  return seeds.size();
}

std::vector<std::uint8_t> Resealing::resealed(const SealedSeed& seed) const {
  const Secret opened = must(old_.unseal(seed.sealed, seed.identity()));
  return must(new_.seal(opened, seed.identity()));
}

}  // namespace usher
