// SPDX-License-Identifier: Apache-2.0
#include "keeper/hashing.h"

#include <crypt.h>
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "usher/secret.h"

namespace usher {
namespace {

/// All that one computation touches of password and hash; lies in pages of its own.
struct Workspace {
  crypt_data data;
  std::array<char, CRYPT_MAX_PASSPHRASE_SIZE + 1> password;
  std::array<char, CRYPT_OUTPUT_SIZE + 1> hash;
};

bool equal(std::string_view computed, std::string_view hash) noexcept {
  return computed.size() == hash.size() &&
         ::sodium_memcmp(computed.data(), hash.data(), hash.size()) == 0;
}

}  // namespace

std::size_t longest_password() noexcept { return CRYPT_MAX_PASSPHRASE_SIZE - 1; }

Result<HashMatch> compare_with_hash(std::string_view password, std::string_view hash) {
  if (hash.empty() || hash.size() > CRYPT_OUTPUT_SIZE) return HashMatch::unknown_method;
  LockedMemory memory(sizeof(Workspace));
  if (!memory.valid()) return failure("no memory for hashing a password");
  memory.mark_written(memory.capacity());
  auto& work = *reinterpret_cast<Workspace*>(memory.data());
  const std::string_view hashed = password.substr(0, longest_password());
  std::ranges::copy(hashed, work.password.begin());
  std::ranges::copy(hash, work.hash.begin());

  errno = 0;
  const char* const computed = ::crypt_rn(work.password.data(), work.hash.data(), &work.data,
                                          static_cast<int>(sizeof work.data));
  if (computed == nullptr && errno == ENOMEM)
    return failure("not enough memory for hashing a password");
  if (computed == nullptr) return HashMatch::unknown_method;
  const bool same = equal(computed, hash) && hashed.size() == password.size();
  return same ? HashMatch::same : HashMatch::different;
}

Result<std::string> preferred_setting() {
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  if (::crypt_gensalt_rn(nullptr, 0, nullptr, 0, setting.data(),
                         static_cast<int>(setting.size())) == nullptr)
    return failure(fmt::format("libcrypt has no preferred method: {}", ::strerrordesc_np(errno)));
  return std::string(setting.data());
}

}  // namespace usher
