// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/model/result.h"

namespace usher {

/// What crypt(3) made of a password and a hash. Zero is neither.
enum class HashMatch : std::uint8_t {
  same = 0x5b,
  different = 0xa1,
  unknown_method = 0xc6,  // libcrypt can't compute it; no work was done
};

/// The longest password that libcrypt hashes (CRYPT_MAX_PASSPHRASE_SIZE), in bytes.
[[nodiscard]] std::size_t longest_password() noexcept;

/// Hashes `password` as `hash` was, and compares in constant time; all in locked memory, wiped
/// after. Only the first longest_password() bytes of a longer password are hashed, for the work's
/// sake, and it is never `same`. `password` holds no NUL. Blocks for as long as hashing takes;
/// thread-safe. An Error where memory is short.
[[nodiscard]] Result<HashMatch> compare_with_hash(std::string_view password, std::string_view hash);

/// A fresh setting of libcrypt's own preferred method and cost: what to compute where no hash is
/// known at all.
[[nodiscard]] Result<std::string> preferred_setting();

}  // namespace usher
