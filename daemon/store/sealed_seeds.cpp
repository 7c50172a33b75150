// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sealed_seeds.h"

#include <set>
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
  const std::set<std::int64_t> written = write_prepared(database);
  const auto all = static_cast<std::size_t>(database.integer("SELECT count(*) FROM otp"));
  if (written.size() < all)
    for (const SealedSeed& seed : sealed_seeds(database))
      if (!written.contains(seed.id))
        database.query("UPDATE otp SET sealed_seed = ? WHERE id = ?")
            .bind(resealed(seed))
            .bind(seed.id)
            .run();
  database.query("UPDATE store SET key_id = ?").bind(new_id_).run();
  return all;
}

/// What was changed since it was prepared is left as it is.
std::set<std::int64_t> Resealing::write_prepared(Database& database) const {
  std::set<std::int64_t> written;
  Query row = database.query("UPDATE otp SET sealed_seed = ? WHERE id = ? AND sealed_seed = ?");
  for (const auto& [id, seal] : prepared_) {
    row.rewind();
    row.bind(seal.after).bind(id).bind(seal.before).run();
    if (database.changes() == 1) written.insert(id);
  }
  return written;
}

std::vector<std::uint8_t> Resealing::resealed(const SealedSeed& seed) const {
  const Secret opened = must(old_.unseal(seed.sealed, seed.identity()));
  return must(new_.seal(opened, seed.identity()));
}

}  // namespace usher
