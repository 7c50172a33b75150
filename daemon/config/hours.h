// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "daemon/config/values.h"
#include "daemon/model/hours.h"

namespace usher::config {

/// An entry of `hours`: days, times and a zone, such as "Mon-Fri 08:00-18:00 Europe/Berlin". One of
/// days and times may be left out; without a zone it is the machine's. What is not that is
/// reported.
[[nodiscard]] std::optional<Hours> read_hours(Document& document, const Text& text);

}  // namespace usher::config
