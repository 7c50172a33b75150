// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <ranges>

namespace usher::config {

/// std::ranges::contains, which GCC 12 does not have.
template <std::ranges::input_range Range, typename Value, typename Projection = std::identity>
[[nodiscard]] constexpr bool contains(const Range& range, const Value& value,
                                      Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace usher::config
