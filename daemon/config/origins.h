// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "daemon/config/sets.h"
#include "daemon/config/values.h"
#include "daemon/model/rule.h"

namespace usher::config {

/// An entry of `from` or `not_from`: an address, a prefix or "local". Never asks DNS, which whoever
/// connects may control. What is none of these is reported.
[[nodiscard]] std::optional<Origin> read_origin(Document& document, const Text& text);

/// A list of such entries and of sets of networks ("@office"). What is neither is reported.
[[nodiscard]] std::vector<Origin> read_origins(const Entry& entry, const Sets& sets);

}  // namespace usher::config
