// SPDX-License-Identifier: Apache-2.0
// Times as people write them on a command line, in seconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usher::ctl {

/// "2026-12-24 18:00" in the machine's own time zone. None for anything else, and for what its
/// clocks skip.
[[nodiscard]] std::optional<std::int64_t> local_moment(const std::string& text);

/// The moment that "90m", "24h" or "7d" before `now` is, or that "2026-03-01" began in local time.
/// None for anything else.
[[nodiscard]] std::optional<std::int64_t> since(std::string_view text, std::int64_t now);

/// How many seconds from `now` "90s", "30m", "1h", "7d" or "1y" is, or that the day "2027-03-01"
/// ends in local time. None for anything else, and for what is over already or exceeds 32 bits.
[[nodiscard]] std::optional<std::uint32_t> span_until(std::string_view text, std::int64_t now);

}  // namespace usher::ctl
