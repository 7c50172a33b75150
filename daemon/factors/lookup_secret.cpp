// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/lookup_secret.h"

#include <fmt/format.h>
#include <sodium.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "daemon/factors/secret_text.h"
#include "daemon/store/sodium_ready.h"

namespace usher {
namespace {

// Crockford's base32: no I, L, O, U, so that nothing looks like a digit or reads as a word.
constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kLength = 24;  // characters, of five bits each
constexpr std::size_t kGroup = 4;
constexpr std::size_t kRandomBytes = kLength * 5 / 8;
static_assert(kRandomBytes * 8 == kLength * 5 && kRandomBytes * 8 >= 112);

/// The secret without its hyphens; wiped on destruction.
struct Bare {
  std::array<char, kLength> text{};
  std::size_t size = 0;

  Bare() = default;
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() { ::explicit_bzero(text.data(), text.size()); }
};

/// The character of the alphabet that `typed` stands for; none where it stands for none.
std::optional<char> read_as(char typed) noexcept {
  const char lowered = typed >= 'A' && typed <= 'Z' ? static_cast<char>(typed - 'A' + 'a') : typed;
  if (lowered == 'o') return '0';
  if (lowered == 'i' || lowered == 'l') return '1';
  if (lowered != '\0' && kCrockford.contains(lowered)) return lowered;
  return std::nullopt;
}

bool read(std::string_view answer, Bare& bare) noexcept {
  for (const char character : answer) {
    if (character == ' ' || character == '-') continue;
    const auto meant = read_as(character);
    if (!meant || bare.size == kLength) return false;
    bare.text[bare.size++] = *meant;
  }
  return bare.size == kLength;
}

void make(Bare& bare) noexcept {
  std::array<std::uint8_t, kLength> random{};
  randombytes_buf(random.data(), random.size());
  for (const std::uint8_t byte : random) bare.text[bare.size++] = kCrockford[byte & 31U];
  ::explicit_bzero(random.data(), random.size());
}

// The person is part of what is hashed, so that a row is of no use to anybody else.
LookupHash hash_of(LookupKind kind, std::string_view user, const Bare& bare) noexcept {
  const std::string domain = fmt::format("usher look-up secret 1 {} {} {} ",
                                         static_cast<unsigned>(kind), user.size(), user);
  crypto_hash_sha256_state state{};
  crypto_hash_sha256_init(&state);
  const auto add = [&](std::string_view text) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  };
  add(domain);
  add({bare.text.data(), bare.size});
  LookupHash hash{};
  static_assert(crypto_hash_sha256_BYTES == std::tuple_size_v<LookupHash>);
  crypto_hash_sha256_final(&state, hash.data());
  ::explicit_bzero(&state, sizeof state);
  return hash;
}

Result<Secret> written(const Bare& bare) {
  SecretText grouped;
  for (std::size_t at = 0; at < bare.size; at += kGroup) {
    if (at > 0) grouped.append('-');
    grouped.append(std::string_view(&bare.text[at], kGroup));
  }
  Secret text;
  if (!grouped.is_whole() || !text.assign(grouped.expose()))
    return failure("no memory for a look-up secret");
  return text;
}

std::string_view words_for(LookupKind kind) noexcept {
  switch (kind) {
    case LookupKind::recovery:
      return "recovery code";
    case LookupKind::bypass:
      return "bypass";
    case LookupKind::breakglass:
      return "break-glass secret";
  }
  return "look-up secret";
}

/// What keeps a secret that was typed rightly from counting; empty where nothing does.
std::string reason_against(const LookupSecret& secret, std::string_view service, std::int64_t now) {
  if (secret.uses_left == 0) return "already used";
  if (secret.expires && *secret.expires <= now) return "expired";
  if (!secret.services.empty() &&
      std::ranges::find(secret.services, service) == secret.services.end())
    return "not for this service";
  return {};
}

std::string words_for_use(const LookupSecret& secret, std::size_t left) {
  std::string words(words_for(secret.kind));
  if (secret.kind == LookupKind::recovery) return words + fmt::format(", {} left", left - 1);
  if (!secret.issued_by.empty()) words += " issued by " + secret.issued_by;
  return words;
}

}  // namespace

Result<std::vector<NewLookupSecret>> new_lookup_secrets(LookupKind kind, std::string_view user,
                                                        std::size_t count) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  std::vector<NewLookupSecret> secrets;
  for (std::size_t made = 0; made < count; ++made) {
    Bare bare;
    make(bare);
    auto text = written(bare);
    if (!text) return std::unexpected(std::move(text.error()));
    secrets.push_back({.text = *std::move(text), .hash = hash_of(kind, user, bare)});
  }
  return secrets;
}

std::optional<LookupHash> hash_of_typed(LookupKind kind, std::string_view user,
                                        const Secret& answer) {
  Bare bare;
  if (!read(answer.expose(), bare)) return std::nullopt;
  return hash_of(kind, user, bare);
}

Result<FactorCheck> check_lookup_secret(LookupKind kind, std::string_view user,
                                        std::string_view service, const Secret& answer,
                                        Store& store, const Clock& clock) {
  if (!answer.valid()) return failure("no memory for an answer");
  const auto secrets = store.lookup_secrets(user);
  if (!secrets) return std::unexpected(secrets.error());
  const auto left =
      static_cast<std::size_t>(std::ranges::count_if(*secrets, [&](const LookupSecret& secret) {
        return secret.kind == kind && secret.uses_left > 0;
      }));
  FactorCheck result;
  result.reason = words_for_none(kind);
  const auto typed = hash_of_typed(kind, user, answer);
  for (const LookupSecret& secret : *secrets) {
    if (secret.kind != kind || !typed ||
        sodium_memcmp(secret.hash.data(), typed->data(), typed->size()) != 0)
      continue;
    const std::string against =
        reason_against(secret, service, clock.wall_microseconds() / kMicrosecondsPerSecond);
    if (!against.empty()) {
      result.reason = fmt::format("{} {}", words_for(kind), against);
      continue;
    }
    result.outcome = FactorCheck::Outcome::held;
    result.reason = words_for_use(secret, left);
    result.effects.emplace_back(SpendLookupSecret{.id = secret.id});
    return result;
  }
  return result;
}

std::string words_for_none(LookupKind kind) { return fmt::format("no {}", words_for(kind)); }

Result<std::size_t> recovery_codes_left(std::string_view user, Store& store) {
  const auto secrets = store.lookup_secrets(user);
  if (!secrets) return std::unexpected(secrets.error());
  return static_cast<std::size_t>(std::ranges::count_if(*secrets, [](const LookupSecret& secret) {
    return secret.kind == LookupKind::recovery && secret.uses_left > 0;
  }));
}

Result<FactorCheck> RecoveryFactor::check(std::string_view user, const Secret& answer, Deadline) {
  return check_lookup_secret(LookupKind::recovery, user, {}, answer, *store_, *clock_);
}

}  // namespace usher
