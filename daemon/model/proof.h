// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "daemon/model/factor.h"

namespace usher {

/// Who verified a factor. `stack`: a PAM module before ours, as the stack's author says.
enum class ProvenBy : std::uint8_t { usher = 1, sshd, stack };

/// A factor, verified before or during this request.
struct Proof {
  Factor factor{};
  ProvenBy by{};
  /// What may be told of it: a key's type, the module's name; never a secret.
  std::string detail;
};

}  // namespace usher
