// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/version.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace usher::config {
namespace {

/// Hashes texts together with their lengths, so that no two lists of texts look the same.
class Hash {
 public:
  Hash() { ::crypto_generichash_init(&state_, nullptr, 0, kSize); }

  void add_count(std::size_t count) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(std::uint64_t{count} >> (8 * i));
    ::crypto_generichash_update(&state_, bytes.data(), bytes.size());
  }
  void add(std::string_view text) {
    add_count(text.size());
    ::crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text.data()),
                                text.size());
  }
  std::string first_hex_digits(std::size_t digits) {
    std::array<unsigned char, kSize> hash{};
    ::crypto_generichash_final(&state_, hash.data(), hash.size());
    std::array<char, 2 * kSize + 1> hex{};
    ::sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    return {hex.data(), digits};
  }

 private:
  static constexpr std::size_t kSize = crypto_generichash_BYTES_MIN;
  crypto_generichash_state state_{};
};

}  // namespace

std::string version_of(std::span<const RuleFile> files, const RuleSet& rules) {
  const ServiceTraits& services = rules.services;
  Hash hash;
  hash.add_count(files.size());
  for (const RuleFile& file : files) {
    hash.add(file.name);
    hash.add(file.text);
  }
  for (const auto* list : {&services.self_verifying, &services.screen_lockers, &services.one_field,
                           &services.not_logins, &services.started_inside, &rules.admins.users,
                           &rules.admins.groups}) {
    hash.add_count(list->size());
    for (const std::string& name : *list) hash.add(name);
  }
  // Where a rule names no time zone, it is the machine's.
  for (const Rule& rule : rules.rules)
    for (const Hours& hours : rule.hours) hash.add(hours.zone->name);
  return hash.first_hex_digits(16);
}

}  // namespace usher::config
