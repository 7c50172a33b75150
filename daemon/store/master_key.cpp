// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/master_key.h"

#include <sodium.h>

#include <cstring>
#include <span>

#include "daemon/store/sodium_ready.h"

namespace usher {
namespace {

constexpr std::size_t kKeySize = crypto_kdf_KEYBYTES;
static_assert(kKeySize == 32);
// The version stands in the first word: another form of key gets another word.
constexpr std::string_view kPrefix = "usher-master-key-1 ";
static_assert(MasterKey::kLineSize == kPrefix.size() + 2 * kKeySize + 1);  // and a line feed

// What is derived from the master key, each under a number of its own (crypto_kdf of libsodium).
constexpr char kStoreContext[crypto_kdf_CONTEXTBYTES + 1] = "UsherStr";
enum class Derived : std::uint8_t { key_id = 1, sealing_key = 2 };

void derive(std::span<std::uint8_t> out, Derived number, const Secret& key) noexcept {
  static_cast<void>(crypto_kdf_derive_from_key(out.data(), out.size(),
                                               static_cast<std::uint64_t>(number), kStoreContext,
                                               key.expose_bytes().data()));
}

Result<Secret> parse(std::string_view line) {
  const auto malformed = [] { return failure("is not a master key as `usherctl init` makes it"); };
  if (line.size() != MasterKey::kLineSize || !line.starts_with(kPrefix) || line.back() != '\n')
    return malformed();
  const std::string_view digits = line.substr(kPrefix.size(), 2 * kKeySize);
  Secret key;
  const auto bytes = key.resize(kKeySize);
  if (bytes.empty()) return failure("no memory for the key");
  std::size_t decoded = 0;
  if (sodium_hex2bin(bytes.data(), bytes.size(), digits.data(), digits.size(), nullptr, &decoded,
                     nullptr) != 0 ||
      decoded != kKeySize)
    return malformed();
  return key;
}

}  // namespace

Result<MasterKey> MasterKey::generate() {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  Secret key;
  const auto bytes = key.resize(kKeySize);
  if (bytes.empty()) return failure("no memory for a master key");
  randombytes_buf(bytes.data(), bytes.size());
  return MasterKey(std::move(key));
}

Result<MasterKey> MasterKey::decode(std::string_view line) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  auto key = parse(line);
  if (!key) return std::unexpected(key.error());
  return MasterKey(*std::move(key));
}

Result<Secret> MasterKey::encode() const {
  Secret line;
  const auto bytes = line.resize(kLineSize);
  if (bytes.empty()) return failure("no memory for the key");
  std::memcpy(bytes.data(), kPrefix.data(), kPrefix.size());
  auto* const digits = reinterpret_cast<char*>(&bytes[kPrefix.size()]);
  // Ends in a NUL, in whose place the line feed goes.
  sodium_bin2hex(digits, 2 * kKeySize + 1, key_.expose_bytes().data(), kKeySize);
  bytes.back() = '\n';
  return line;
}

KeyId MasterKey::id() const {
  KeyId id{};
  derive(id, Derived::key_id, key_);
  return id;
}

Result<Secret> MasterKey::sealing_key() const {
  Secret derived;
  const auto bytes = derived.resize(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  if (bytes.empty()) return failure("no memory for the sealing key");
  derive(bytes, Derived::sealing_key, key_);
  return derived;
}

}  // namespace usher
