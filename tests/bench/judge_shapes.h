// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/policy/judge.h"

namespace usher::bench {

/// A Tuesday, and when each request is made.
inline constexpr std::int64_t kNoon = 1'699'920'000 + 12 * 3600;

/// Rules as somebody may have them, and who is matched by the last of them alone.
struct Shape {
  std::string name;
  RuleSet rules;
  Person last;         // matched by the last rule ...
  Source last_source;  // ... from here
};

/// Most have 1,000 rules and 10,000 networks; the last one is what a machine usually has.
[[nodiscard]] std::vector<Shape> all_shapes();

}  // namespace usher::bench
