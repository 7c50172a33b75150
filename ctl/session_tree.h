// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "ctl/output.h"
#include "ctl/table.h"

namespace usher::ctl {

/// A row for each of `sessions`, which come in the order in which they began; what was opened
/// inside of another stands below that one. `now` in seconds since 1970.
[[nodiscard]] Table session_tree(const Json& sessions, std::int64_t now);

}  // namespace usher::ctl
