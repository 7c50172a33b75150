// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "daemon/model/factor.h"

namespace usher {

/// Who verified a factor.
enum class ProvenBy : std::uint8_t { usher = 1, sshd };

/// A factor, verified before or during this request.
struct Proof {
  Factor factor{};
  ProvenBy by{};
  /// What was shown, where it may be told: a key's type, never a secret.
  std::string detail;
};

}  // namespace usher
