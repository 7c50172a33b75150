// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace usher::ctl {

/// The moment that "90m", "24h" or "7d" ago is, or that "2026-03-01" began in local time, in
/// seconds since 1970; `now` is in the same. None for anything else.
[[nodiscard]] std::optional<std::int64_t> since(std::string_view text, std::int64_t now);

}  // namespace usher::ctl
