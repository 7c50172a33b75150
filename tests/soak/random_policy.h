// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "daemon/policy/judge.h"

namespace usher::soak {

/// Numbers that are the same everywhere for the same seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 to `sides` - 1.
  [[nodiscard]] std::size_t roll(std::size_t sides) { return engine_() % sides; }
  [[nodiscard]] bool one_in(std::size_t chance) { return roll(chance) == 0; }
  template <typename Range>
  [[nodiscard]] const auto& one_of(const Range& range) {
    return range[roll(std::size(range))];
  }

 private:
  std::mt19937_64 engine_;
};

/// A request and all that its facts point to.
struct Asked {
  Person person;
  std::vector<std::string> unresolved;
  std::vector<Proof> proven;
  Facts facts;  // without what stands above: see facts_of()
  bool has_person = true;
};

/// Points into `asked`.
[[nodiscard]] Facts facts_of(const Asked& asked);

/// Rules from a world so small that they overlap in each of their lines: mostly a few, at times
/// hundreds.
[[nodiscard]] RuleSet random_rules(Dice& dice);
/// A request of the same world.
[[nodiscard]] Asked random_request(Dice& dice);

}  // namespace usher::soak
