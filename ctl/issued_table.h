// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ctl/output.h"
#include "ctl/table.h"

namespace usher::ctl {

/// Bypasses or break-glass secrets, of type Issued in the interface, a row each. `now` in seconds
/// since 1970.
[[nodiscard]] Table table_of_issued(const Json& issued, std::int64_t now);

/// Asks for them by `method`, whose reply has them in `member`, and prints them; `none` is said
/// where there are none. `user`: whose, or empty for all.
[[nodiscard]] ExitCode list_issued(const Globals& globals, const char* method, const char* member,
                                   const std::string& user, const char* none);

}  // namespace usher::ctl
