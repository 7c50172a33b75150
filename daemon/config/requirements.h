// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/config/values.h"
#include "daemon/model/rule.h"

namespace usher::config {

/// The value of `require`: each text one requirement, its factors parted by "|". A factor stands in
/// it once: one proof must not count for two requirements. What is wrong is reported.
[[nodiscard]] std::vector<Requirement> read_requirements(const Entry& entry);

/// A factor and a time.
struct FactorTime {
  Factor factor{};
  std::uint32_t seconds = 0;
};

/// A table of factors, each with a time from `least` to `most` seconds: { otp = "8h" }. It has one
/// at least. What is wrong is reported.
[[nodiscard]] std::vector<FactorTime> read_factor_times(const Entry& entry, std::uint32_t least,
                                                        std::uint32_t most);

}  // namespace usher::config
