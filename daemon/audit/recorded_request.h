// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "daemon/model/judged.h"

namespace usher {

/// Reads a line that to_json_line() wrote. None for what is no such line, and for an event in which
/// no rule was asked; never throws but for lack of memory. What an older usherd did not write yet
/// stays as it is in a fresh RecordedRequest.
[[nodiscard]] std::optional<RecordedRequest> read_recorded_request(std::string_view line);

}  // namespace usher
