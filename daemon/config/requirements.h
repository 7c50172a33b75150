// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "daemon/config/values.h"
#include "daemon/model/factor.h"

namespace usher::config {

/// The value of `require`: each text one requirement, its factors parted by "|". A factor stands in
/// it once: one proof must not count for two requirements. What is wrong is reported.
[[nodiscard]] std::vector<Requirement> read_requirements(const Entry& entry);

}  // namespace usher::config
