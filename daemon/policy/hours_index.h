// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/model/rule.h"
#include "daemon/policy/rule_bits.h"

namespace usher::policy {

/// Of `hours`: each zone's clocks are read once for all rules. Its hours and zones are those of
/// `rules`, which must stay where they are.
class HoursIndex {
 public:
  explicit HoursIndex(const std::vector<Rule>& rules);

  void add_without(Bits set) const noexcept { add_all(set, without_); }
  /// Of the rules in `candidates`, adds to `inside` those whose hours are plainly now, and to
  /// `unclear` those of which the clocks are changed these days: they have to be asked themselves.
  void add_inside(std::int64_t now, ConstBits candidates, Bits inside, Bits unclear) const;

 private:
  struct Window {
    RuleId rule;
    std::size_t zone;  // in zones_
    const Hours* hours;
  };

  std::vector<std::uint64_t> without_;
  std::vector<const TimeZone*> zones_;  // no two of which are the same
  std::vector<Window> windows_;
};

}  // namespace usher::policy
