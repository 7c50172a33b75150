// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/master_key.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "daemon/store/private_file.h"
#include "daemon/store/sodium_ready.h"

namespace usher {
namespace {

constexpr std::size_t kKeySize = crypto_kdf_KEYBYTES;
static_assert(kKeySize == 32);
// The version stands in the first word: another form of key gets another word.
constexpr std::string_view kPrefix = "usher-master-key-1 ";
constexpr std::size_t kFileSize = kPrefix.size() + 2 * kKeySize + 1;  // and a line feed

// What is derived from the master key, each under a number of its own (crypto_kdf of libsodium).
constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "UsherStr";
enum class Derived : std::uint8_t { key_id = 1, sealing_key = 2 };

void derive(std::span<std::uint8_t> out, Derived number, const Secret& key) noexcept {
  static_cast<void>(crypto_kdf_derive_from_key(out.data(), out.size(),
                                               static_cast<std::uint64_t>(number), kContext,
                                               key.expose_bytes().data()));
}

// Reads up to `out.size()` bytes; fewer only at the end of the file.
Result<std::size_t> read_all(int descriptor, std::span<std::uint8_t> out) {
  std::size_t used = 0;
  while (used < out.size()) {
    const ssize_t got = ::read(descriptor, &out[used], out.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(std::generic_category().message(errno));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  return used;
}

Result<Secret> parse(std::string_view content) {
  const auto malformed = [] { return failure("is not a master key as `usherctl init` makes it"); };
  if (content.size() != kFileSize || !content.starts_with(kPrefix) || content.back() != '\n')
    return malformed();
  const std::string_view digits = content.substr(kPrefix.size(), 2 * kKeySize);
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

Result<MasterKey> MasterKey::read(const std::filesystem::path& file) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  const auto in_file = [&](const Error& error) {
    return failure(fmt::format("master key {}: {}", file.string(), error.message));
  };
  const auto opened = open_private_file(file, Sharing::read_by_group_root);
  if (!opened) return failure("master key " + opened.error().message);
  Secret content;
  const auto room = content.resize(kFileSize + 1);  // one more, to see that the file ends
  if (room.empty()) return in_file({"no memory for the key"});
  const auto size = read_all(opened->get(), room);
  if (!size) return in_file(size.error());
  auto key = parse(content.expose().substr(0, *size));
  if (!key) return in_file(key.error());
  return MasterKey(*std::move(key));
}

Result<Secret> MasterKey::encode() const {
  Secret content;
  const auto bytes = content.resize(kFileSize);
  if (bytes.empty()) return failure("no memory for the key");
  std::memcpy(bytes.data(), kPrefix.data(), kPrefix.size());
  auto* const digits = reinterpret_cast<char*>(&bytes[kPrefix.size()]);
  // Ends in a NUL, in whose place the line feed goes.
  sodium_bin2hex(digits, 2 * kKeySize + 1, key_.expose_bytes().data(), kKeySize);
  bytes.back() = '\n';
  return content;
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
