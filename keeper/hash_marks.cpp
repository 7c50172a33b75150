// SPDX-License-Identifier: Apache-2.0
#include "keeper/hash_marks.h"

#include <sodium.h>

#include <cstring>

namespace usher {

HashMarks::HashMarks() noexcept { randombytes_buf(key_.data(), key_.size()); }

HashMarks::~HashMarks() { sodium_memzero(key_.data(), key_.size()); }

HashMarks::Mark HashMarks::mark_of(std::string_view user, std::string_view hash) const noexcept {
  std::array<std::uint8_t, 16> bytes{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, key_.data(), key_.size(), bytes.size());
  const auto add = [&](std::string_view text) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  };
  add(user);
  add(std::string_view("\0", 1));  // which is in no name and in no hash
  add(hash);
  crypto_generichash_final(&state, bytes.data(), bytes.size());
  sodium_memzero(&state, sizeof state);  // it has the end of the hash in it
  Mark mark;
  std::memcpy(&mark.first, bytes.data(), sizeof mark.first);
  std::memcpy(&mark.second, bytes.data() + sizeof mark.first, sizeof mark.second);
  if (mark == Mark{}) mark.second = 1;
  return mark;
}

}  // namespace usher
