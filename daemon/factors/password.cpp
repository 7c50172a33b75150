// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "daemon/store/sodium_ready.h"

namespace usher {
namespace {

enum class Comparison : std::uint8_t { same = 0x5b, different = 1 };

// The caller holds a place at the gate.
Result<std::string> hash_now(const Secret& password, const PasswordCost& cost) {
  std::array<char, crypto_pwhash_argon2id_STRBYTES> hash{};
  const auto text = password.expose();
  if (crypto_pwhash_argon2id_str(hash.data(), text.data(), text.size(), cost.passes,
                                 cost.memory_bytes) != 0)
    return failure(fmt::format("hashing a password with {} MiB and {} passes failed",
                               cost.memory_bytes / (std::size_t{1024} * 1024), cost.passes));
  return std::string(hash.data());
}

// The caller holds a place at the gate. libsodium says -1 for everything but a match; a wrong
// password alone sets EINVAL, while a hash it can't read or memory it can't get do not.
Result<Comparison> compare(const std::string& hash, const Secret& password) {
  const auto text = password.expose();
  errno = 0;
  if (crypto_pwhash_argon2id_str_verify(hash.c_str(), text.data(), text.size()) == 0)
    return Comparison::same;
  if (errno == EINVAL) return Comparison::different;
  return failure("comparing a password failed: its hash is damaged, or memory was short");
}

bool cost_has_moved_on(const std::string& hash, const PasswordCost& cost) {
  return crypto_pwhash_argon2id_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

std::unexpected<Error> gate_was_shut() {
  return failure("no turn to hash a password came up before the deadline");
}

}  // namespace

Result<std::string> hash_password(const Secret& password, const PasswordCost& cost, HashGate& gate,
                                  Deadline deadline) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  if (password.empty()) return failure("an empty password was to be hashed");
  const auto place = gate.enter(deadline);
  if (!place.held()) return gate_was_shut();
  return hash_now(password, cost);
}

Result<PasswordFactor> PasswordFactor::create(Store& store, HashGate& gate, PasswordCost cost) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  Secret nobodys;
  const auto bytes = nobodys.resize(32);
  if (bytes.empty()) return failure("no memory for a password");
  randombytes_buf(bytes.data(), bytes.size());
  auto decoy = hash_now(nobodys, cost);
  if (!decoy) return std::unexpected(decoy.error());
  return PasswordFactor(store, gate, cost, *std::move(decoy));
}

Result<FactorCheck> PasswordFactor::check(std::string_view user, const Secret& answer,
                                          Deadline deadline) {
  if (!answer.valid()) return failure("no memory for an answer");
  auto stored = store_->password_hash(user);
  if (!stored) return std::unexpected(stored.error());
  const bool enrolled = stored->has_value();
  const std::string& hash = enrolled ? **stored : decoy_;

  const auto place = gate_->enter(deadline);
  if (!place.held()) return gate_was_shut();
  const auto compared = compare(hash, answer);
  if (!compared) return std::unexpected(compared.error());

  FactorCheck result;
  if (!enrolled) {
    result.outcome = FactorCheck::Outcome::not_enrolled;
    result.reason = "no password set";
    return result;
  }
  if (*compared != Comparison::same || answer.empty()) {
    result.outcome = FactorCheck::Outcome::mismatch;
    result.reason = "wrong password";
    return result;
  }
  result.outcome = FactorCheck::Outcome::held;
  result.reason = "password";
  // Not renewed here: a second hash after a right password and a wrong code would tell them apart.
  if (cost_has_moved_on(hash, cost_)) result.outdated_hash = hash;
  return result;
}

Result<Effect> PasswordFactor::renewal(std::string_view user, const Secret& password,
                                       std::string outdated_hash, Deadline deadline) {
  auto fresh = hash(password, deadline);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  return RehashPassword{.user = std::string(user),
                        .old_hash = std::move(outdated_hash),
                        .new_hash = *std::move(fresh)};
}

Result<std::string> PasswordFactor::hash(const Secret& password, Deadline deadline) {
  return hash_password(password, cost_, *gate_, deadline);
}

}  // namespace usher
