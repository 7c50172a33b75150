// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "daemon/config/sets.h"
#include "daemon/config/values.h"
#include "daemon/model/rule.h"

namespace usher::config {

/// { until = "2027-01-31", from = ["10.0.0.0/8"], late = "Ask the help desk." }: how people enrol
/// at the prompt. What is wrong with it is reported, and then there is none.
[[nodiscard]] std::optional<Enrolment> read_enrolment(const Entry& entry, const Sets& sets);

}  // namespace usher::config
