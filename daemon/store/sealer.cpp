// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sealer.h"

#include <fmt/format.h>
#include <sodium.h>

#include <cstddef>
#include <string>

#include "daemon/store/sodium_ready.h"

namespace usher {
namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

// Each variable part after its length, so that no two identities read the same.
void append_text(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(size >> shift));
  out.append(text);
}

std::string associated_data(const SeedIdentity& identity) {
  std::string data = "usher otp seed 1";
  append_text(data, identity.user);
  append_text(data, identity.label);
  // A generator that counts codes is marked as one; seals from before there were any go on opening.
  append_text(data, fmt::format("{} {} {}{}", static_cast<unsigned>(identity.parameters.algorithm),
                                identity.parameters.digits, identity.parameters.period,
                                identity.parameters.kind == OtpKind::hotp ? " hotp" : ""));
  return data;
}

const unsigned char* bytes_of(const std::string& text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<Sealer> Sealer::create(const MasterKey& key) {
  if (const auto ready = sodium_ready(); !ready) return std::unexpected(ready.error());
  auto derived = key.sealing_key();
  if (!derived) return std::unexpected(derived.error());
  return Sealer(*std::move(derived));
}

Result<std::vector<std::uint8_t>> Sealer::seal(const Secret& seed,
                                               const SeedIdentity& identity) const {
  if (seed.empty()) return failure("an empty seed was to be stored");
  const std::string bound_to = associated_data(identity);
  std::vector<std::uint8_t> sealed(kNonceSize + seed.size() + kTagSize);
  randombytes_buf(sealed.data(), kNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed[kNonceSize], nullptr, seed.expose_bytes().data(), seed.size(), bytes_of(bound_to),
      bound_to.size(), nullptr, sealed.data(), key_.expose_bytes().data());
  return sealed;
}

Result<Secret> Sealer::unseal(std::span<const std::uint8_t> sealed,
                              const SeedIdentity& identity) const {
  const auto refuse = [&] {
    return failure(
        fmt::format("the seed of {}'s generator \"{}\" was not sealed for this row with "
                    "this key: the row was changed or damaged",
                    identity.user, identity.label));
  };
  if (sealed.size() <= kNonceSize + kTagSize) return refuse();
  const std::size_t size = sealed.size() - kNonceSize - kTagSize;
  Secret seed;
  if (size > Secret::kCapacity) return refuse();
  const auto room = seed.resize(size);
  if (room.empty()) return failure("no memory for a seed");
  const std::string bound_to = associated_data(identity);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          room.data(), nullptr, nullptr, &sealed[kNonceSize], sealed.size() - kNonceSize,
          bytes_of(bound_to), bound_to.size(), sealed.data(), key_.expose_bytes().data()) != 0)
    return refuse();
  return seed;
}

}  // namespace usher
