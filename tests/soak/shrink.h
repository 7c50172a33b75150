// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "tests/soak/random_policy.h"

namespace usher::soak {

/// Takes away rules, their lines and what the request brings, for as long as `fails` holds of the
/// rest.
void shrink(RuleSet& rules, Asked& asked,
            const std::function<bool(const RuleSet&, const Facts&)>& fails);

/// For a person to read.
[[nodiscard]] std::string text_of(const RuleSet& rules, const Asked& asked);

}  // namespace usher::soak
