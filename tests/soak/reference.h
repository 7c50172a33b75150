// SPDX-License-Identifier: Apache-2.0
// What docs/man/usher-rules.5.md says of a request, written down a second time: plain, slow, and
// without a line of daemon/policy or of what daemon/model computes.
#pragma once

#include <vector>

#include "daemon/model/decision.h"
#include "daemon/policy/judge.h"

namespace usher::soak {

struct Outcome {
  const Rule* rule = nullptr;
  Decision::Kind kind = Decision::Kind::denied;
  Decision::Kind would = Decision::Kind::denied;
  std::vector<Requirement> missing;
  bool operator==(const Outcome&) const = default;
};

/// Uses `rules` and `facts` as data alone.
[[nodiscard]] Outcome reference(const RuleSet& rules, const Facts& facts);

}  // namespace usher::soak
