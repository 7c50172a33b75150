// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <utility>

#include "daemon/factors/sshd_substitute.h"
#include "daemon/store/password_mark.h"
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

Result<PasswordFactor> PasswordFactor::create(Store& store, Keeper& keeper, HashGate& gate,
                                              PasswordCost cost) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  Secret nobodys;
  const auto bytes = nobodys.resize(32);
  if (bytes.empty()) return failure("no memory for a password");
  randombytes_buf(bytes.data(), bytes.size());
  auto decoy = hash_now(nobodys, cost);
  if (!decoy) return std::unexpected(decoy.error());
  return PasswordFactor(store, keeper, gate, cost, *std::move(decoy));
}

Result<FactorCheck> PasswordFactor::check(std::string_view user, const Secret& answer,
                                          Deadline deadline) {
  if (!answer.valid()) return failure("no memory for an answer");
  const auto stored = store_->password_hash(user);
  if (!stored) return std::unexpected(stored.error());
  const bool at_keeper = !*stored && keeper_->configured();
  if (is_sshd_substitute(answer))
    return refuse_unasked(at_keeper, "sshd had refused this login already", deadline);
  if (answer.empty()) return refuse_unasked(at_keeper, "an empty password", deadline);

  if (*stored) return check_usher_password(**stored, answer, deadline);
  if (at_keeper) return check_system_password(user, answer, deadline);
  auto refused = refuse_unasked(at_keeper, "no password set", deadline);
  if (refused) refused->outcome = FactorCheck::Outcome::not_enrolled;
  return refused;
}

Result<FactorCheck> PasswordFactor::refuse_unasked(bool at_keeper, std::string reason,
                                                   Deadline deadline) {
  const auto worked = at_keeper ? keeper_work(deadline) : usher_work(deadline);
  if (!worked) return std::unexpected(worked.error());
  return FactorCheck{.outcome = FactorCheck::Outcome::mismatch, .reason = std::move(reason)};
}

Result<void> PasswordFactor::usher_work(Deadline deadline) {
  const Secret nothing;
  const auto place = gate_->enter(deadline);
  if (!place.held()) return gate_was_shut();
  if (const auto compared = compare(decoy_, nothing); !compared)
    return std::unexpected(compared.error());
  return {};
}

// Nobody's name and nobody's password: the keeper hashes, and charges nobody.
Result<void> PasswordFactor::keeper_work(Deadline deadline) {
  const Secret nothing;
  static_cast<void>(keeper_->standing("", deadline));
  if (const auto verdict = keeper_->verify("", nothing, deadline); !verdict)
    return std::unexpected(verdict.error());
  return {};
}

Result<FactorCheck> PasswordFactor::check_usher_password(const std::string& hash,
                                                         const Secret& answer, Deadline deadline) {
  const auto place = gate_->enter(deadline);
  if (!place.held()) return gate_was_shut();
  const auto compared = compare(hash, answer);
  if (!compared) return std::unexpected(compared.error());
  if (*compared != Comparison::same)
    return FactorCheck{.outcome = FactorCheck::Outcome::mismatch, .reason = "wrong password"};
  FactorCheck result{.outcome = FactorCheck::Outcome::held, .reason = "password"};
  result.tie = {.kind = ProofTie::Kind::usher_password, .mark = mark_of_hash(hash)};
  // Not renewed here: a second hash after a right password and a wrong code would tell them apart.
  if (cost_has_moved_on(hash, cost_)) result.outdated_hash = hash;
  return result;
}

Result<FactorCheck> PasswordFactor::check_system_password(std::string_view user,
                                                          const Secret& answer, Deadline deadline) {
  // Asked whatever the answer, since with a wrong code beside it the time must not tell which of
  // the two was wrong; and before it is looked at: a password that is changed in between is not the
  // one of this mark.
  const auto standing = keeper_->standing(user, deadline);
  const auto verdict = keeper_->verify(user, answer, deadline);
  if (!verdict) return std::unexpected(verdict.error());
  switch (verdict->outcome) {
    case KeeperVerdict::Outcome::right: {
      FactorCheck result{.outcome = FactorCheck::Outcome::held, .reason = "system password"};
      // Without a mark nobody could tell later that it was changed: a proof for this login alone.
      result.tie.kind = ProofTie::Kind::system_password;
      if (standing && standing->mark) result.tie.mark = *standing->mark;
      return result;
    }
    case KeeperVerdict::Outcome::throttled:
      return FactorCheck{.outcome = FactorCheck::Outcome::mismatch,
                         .reason = "system password: throttled"};
    case KeeperVerdict::Outcome::wrong:
      break;
  }
  if (standing && standing->state == AccountState::unknown)
    return FactorCheck{.outcome = FactorCheck::Outcome::not_enrolled, .reason = "no password set"};
  return FactorCheck{.outcome = FactorCheck::Outcome::mismatch,
                     .reason = standing && standing->state == AccountState::locked
                                   ? "the account's password is locked"
                                   : "wrong system password"};
}

Result<RehashPassword> PasswordFactor::renewal(std::string_view user, const Secret& password,
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

Result<bool> PasswordFactor::is_hash_of(const std::string& hash, const Secret& password,
                                        Deadline deadline) {
  const auto place = gate_->enter(deadline);
  if (!place.held()) return gate_was_shut();
  const auto compared = compare(hash, password);
  if (!compared) return std::unexpected(compared.error());
  return *compared == Comparison::same;
}

}  // namespace usher
