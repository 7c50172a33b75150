// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/restore_merge.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "daemon/model/effect.h"
#include "daemon/store/otp_columns.h"
#include "daemon/store/sealed_seeds.h"

namespace usher {
namespace {

/// By so many steps before its time, of the generator's clock, a code may have been taken; and in
/// no case by more than kMostDrift before that of this machine's clock (OtpFactor).
constexpr std::int64_t kEarly = 1;

using Kind = RestoreRemark::Kind;

/// A generator with how far it is.
struct Generator {
  SealedSeed seed;
  std::optional<std::int64_t> last_step;
  std::int64_t drift = 0;

  [[nodiscard]] bool counts() const { return seed.parameters.kind == OtpKind::hotp; }
};

using GeneratorsByUser = std::map<std::string, std::vector<Generator>, std::less<>>;

GeneratorsByUser generators_in(Database& database) {
  GeneratorsByUser found;
  for (SealedSeed& seed : sealed_seeds(database)) {
    Query row = database.query("SELECT last_step, drift FROM otp WHERE id = ?");
    static_cast<void>(row.bind(seed.id).step());
    Generator generator{.last_step = row.integer_or_null(0), .drift = row.integer(1)};
    std::vector<Generator>& theirs = found[seed.user];
    generator.seed = std::move(seed);
    theirs.push_back(std::move(generator));
  }
  return found;
}

bool is_same_seed(const StoreSide& one_side, const SealedSeed& one, const StoreSide& other_side,
                  const SealedSeed& other) {
  // What was sealed once, under one key, needs no opening.
  if (one.sealed == other.sealed) return true;
  if (one_side.sealer == nullptr || other_side.sealer == nullptr) return false;
  const auto opened = one_side.sealer->unseal(one.sealed, one.identity());
  const auto compared = other_side.sealer->unseal(other.sealed, other.identity());
  return opened && compared && opened->equals(compared->expose());
}

/// How a look-up secret is found again: whose, which kind, and its hash.
using SecretName = std::tuple<std::string, std::int64_t, std::vector<std::uint8_t>>;

struct SecretState {
  std::int64_t id = 0;
  std::int64_t uses_left = 0;
  std::optional<std::int64_t> expires;
};

std::map<SecretName, SecretState> secrets_in(Database& database) {
  Query row = database.query("SELECT user, kind, hash, id, uses_left, expires FROM lookup_secret");
  std::map<SecretName, SecretState> found;
  while (row.step())
    found[{row.text(0), row.integer(1), row.blob(2)}] = {
        .id = row.integer(3), .uses_left = row.integer(4), .expires = row.integer_or_null(5)};
  return found;
}

Kind removal_of(std::int64_t stored_kind) {
  switch (static_cast<LookupKind>(stored_kind)) {
    case LookupKind::recovery:
      return Kind::recovery_removed;
    case LookupKind::bypass:
      return Kind::bypass_removed;
    case LookupKind::breakglass:
      break;
  }
  return Kind::breakglass_removed;
}

/// What a person is told at their next login; empty where that is nothing.
std::string notice_about(const RestoreRemark& remark) {
  switch (remark.kind) {
    case Kind::hotp_removed:
      return "An older state of the credentials was restored. Your one-time code \"" +
             remark.label + "\" had to be removed; an administrator can add it again.";
    case Kind::recovery_removed:
      return "An older state of the credentials was restored. Your recovery codes are no longer "
             "good; new ones: usherctl recovery new";
    default:
      return {};
  }
}

class Merge {
 public:
  Merge(const StoreSide& restored, const StoreSide* in_place, std::int64_t now)
      : restored_(restored), in_place_(in_place), now_(now) {}

  Merged run() {
    merge_generators();
    merge_secrets();
    compare_passwords();
    keep_marks();
    keep_ids();
    renew_notices();
    std::ranges::stable_sort(merged_.remarks, {}, &RestoreRemark::user);
    return std::move(merged_);
  }

 private:
  void remark(Kind kind, const std::string& user, const std::string& label = {},
              std::size_t count = 1) {
    merged_.remarks.push_back({.kind = kind, .user = user, .label = label, .count = count});
  }

  // Generators

  void merge_generators() {
    const GeneratorsByUser before = generators_in(restored_.database);
    GeneratorsByUser since;
    if (in_place_ != nullptr) since = generators_in(in_place_->database);
    for (const auto& [user, theirs] : before)
      for (const Generator& generator : theirs) merge_generator(generator, since[user]);
    for (const auto& [user, unknown] : since)
      for (const Generator& generator : unknown)
        remark(Kind::generator_lost, user, generator.seed.label);
  }

  /// Takes its twin out of `candidates`.
  void merge_generator(const Generator& generator, std::vector<Generator>& candidates) {
    const auto twin = std::ranges::find_if(candidates, [&](const Generator& candidate) {
      return is_same_seed(restored_, generator.seed, *in_place_, candidate.seed);
    });
    std::optional<Generator> found;
    if (twin != candidates.end()) {
      found = std::move(*twin);
      candidates.erase(twin);
    }
    if (generator.counts())
      merge_counter(generator, found);
    else
      pass_over_time(generator, found);
  }

  void merge_counter(const Generator& generator, const std::optional<Generator>& twin) {
    if (twin) return store_state(generator, std::max(generator.last_step, twin->last_step), 0);
    restored_.database.query("DELETE FROM otp WHERE id = ?").bind(generator.seed.id).run();
    remark(Kind::hotp_removed, generator.seed.user, generator.seed.label);
  }

  /// Without a twin nobody knows how far the generator's clock had run ahead by its last code.
  void pass_over_time(const Generator& generator, const std::optional<Generator>& twin) {
    const std::int64_t period = generator.seed.parameters.period;
    const std::int64_t drift = twin ? twin->drift : generator.drift;
    const std::int64_t ahead =
        twin ? std::clamp<std::int64_t>(std::max(drift, generator.drift), 0, kMostDrift - kEarly) +
                   kEarly
             : kMostDrift;
    std::int64_t last = now_ / period + ahead;
    if (generator.last_step) last = std::max(last, *generator.last_step);
    if (twin && twin->last_step) last = std::max(last, *twin->last_step);
    store_state(generator, last, drift);
    // When the generator, by its own clock, shows the first one that was never shown.
    merged_.codes_count_from = std::max(merged_.codes_count_from, (last + 1 - drift) * period);
    if (!twin && in_place_ != nullptr)
      remark(Kind::generator_back, generator.seed.user, generator.seed.label);
  }

  void store_state(const Generator& generator, std::optional<std::int64_t> last_step,
                   std::int64_t drift) {
    Query row = restored_.database.query("UPDATE otp SET drift = ?, last_step = ? WHERE id = ?");
    row.bind(drift);
    if (last_step)
      row.bind(*last_step);
    else
      row.bind_null();
    row.bind(generator.seed.id).run();
  }

  // Look-up secrets

  void merge_secrets() {
    std::map<SecretName, SecretState> since;
    if (in_place_ != nullptr) since = secrets_in(in_place_->database);
    std::map<std::pair<std::string, std::int64_t>, std::size_t> removed;
    for (const auto& [name, state] : secrets_in(restored_.database)) {
      const auto twin = since.find(name);
      if (twin != since.end()) {
        use_up(state, twin->second);
        continue;
      }
      restored_.database.query("DELETE FROM lookup_secret WHERE id = ?").bind(state.id).run();
      if (state.uses_left > 0) ++removed[{std::get<0>(name), std::get<1>(name)}];
    }
    for (const auto& [whose, count] : removed)
      remark(removal_of(whose.second), whose.first, {}, count);
  }

  void use_up(const SecretState& then, const SecretState& since) {
    Query row = restored_.database.query(
        "UPDATE lookup_secret SET uses_left = ?, expires = ? WHERE id = ?");
    row.bind(std::min(then.uses_left, since.uses_left));
    std::optional<std::int64_t> expires = then.expires ? then.expires : since.expires;
    if (then.expires && since.expires) expires = std::min(*then.expires, *since.expires);
    if (expires)
      row.bind(*expires);
    else
      row.bind_null();
    row.bind(then.id).run();
  }

  // The rest

  /// Whoever has to change their password still has to, be it the one of then.
  void compare_passwords() {
    if (in_place_ == nullptr) return;
    Query row = in_place_->database.query("SELECT user, changed, must_change FROM password");
    while (row.step()) {
      const std::string user = row.text(0);
      Query then = restored_.database.query("SELECT changed FROM password WHERE user = ?");
      if (!then.bind(user).step())
        remark(Kind::password_lost, user);
      else if (then.integer(0) < row.integer(1))
        remark(Kind::password_back, user);
      if (row.integer(2) != 0)
        restored_.database.query("UPDATE password SET must_change = 1 WHERE user = ?")
            .bind(user)
            .run();
    }
  }

  void keep_marks() {
    if (in_place_ == nullptr) return;
    Query row = in_place_->database.query("SELECT user, since FROM enrolled");
    while (row.step())
      restored_.database
          .query("INSERT INTO enrolled (user, since) VALUES (?, ?) ON CONFLICT (user) DO NOTHING")
          .bind(row.text(0))
          .bind(row.integer(1))
          .run();
  }

  /// What was decided about a row that is gone must not be done to a row that comes.
  void keep_ids() {
    if (in_place_ == nullptr) return;
    Query row = in_place_->database.query("SELECT name, seq FROM sqlite_sequence");
    while (row.step()) {
      const std::string table = row.text(0);
      restored_.database.query("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?")
          .bind(row.integer(1))
          .bind(table)
          .run();
      if (restored_.database.changes() > 0) continue;
      restored_.database.query("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)")
          .bind(table)
          .bind(row.integer(1))
          .run();
    }
  }

  /// Notices of then have most likely been read.
  void renew_notices() {
    restored_.database.run("DELETE FROM notice");
    for (const RestoreRemark& each : merged_.remarks)
      if (const std::string text = notice_about(each); !text.empty())
        restored_.database.query("INSERT INTO notice (user, at, text) VALUES (?, ?, ?)")
            .bind(each.user)
            .bind(now_)
            .bind(text)
            .run();
  }

  const StoreSide restored_;
  const StoreSide* const in_place_;
  const std::int64_t now_;
  Merged merged_;
};

}  // namespace

Merged merge_spent(const StoreSide& restored, const StoreSide* in_place, std::int64_t now) {
  return Merge(restored, in_place, now).run();
}

}  // namespace usher
