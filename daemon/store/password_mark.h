// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

#include <string_view>

#include "daemon/model/proof.h"

namespace usher {

/// Names an Usher password by the hash it is stored as: equal marks, equal hashes. No password can
/// be looked for by it without the hash's own salt.
[[nodiscard]] inline PasswordMark mark_of_hash(std::string_view hash) noexcept {
  PasswordMark mark{};
  crypto_generichash(mark.data(), mark.size(), reinterpret_cast<const unsigned char*>(hash.data()),
                     hash.size(), nullptr, 0);
  return mark;
}

}  // namespace usher
