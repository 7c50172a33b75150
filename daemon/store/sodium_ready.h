// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

#include "daemon/model/result.h"

namespace usher {

/// Readies libsodium; call before its first use on any path. Repeats cost nothing. Thread-safe.
[[nodiscard]] inline Result<void> sodium_ready() {
  if (sodium_init() < 0) return failure("libsodium can't be used: no source of random numbers");
  return {};
}

}  // namespace usher
