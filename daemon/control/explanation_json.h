// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "daemon/control/enrolled.h"
#include "daemon/control/varlink.h"
#include "daemon/model/decision.h"

namespace usher {

/// The requirements of `missing` of which the person has nothing to satisfy them with, spelled as
/// in a rule.
[[nodiscard]] Json lacking(const std::vector<Requirement>& missing, const Enrolled& has);

/// An explanation as the methods that explain answer it; `has` tells what the person lacks.
[[nodiscard]] Json described(const Explanation& explanation, const Enrolled& has);

}  // namespace usher
