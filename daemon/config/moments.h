// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/config/values.h"

namespace usher::config {

/// "2026-11-25 10:00 Europe/Berlin" in seconds since 1970: a day, a time of day and a zone, UTC
/// without one. What is not that is reported, as is a time that the clocks there skip or show
/// twice.
[[nodiscard]] std::optional<std::int64_t> read_moment(Document& document, const Text& text);

}  // namespace usher::config
