// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usher::config {

/// "90s", "5m", "1h" or "7d" in seconds: a whole number and one unit. None for anything else, and
/// for what exceeds 32 bits.
[[nodiscard]] std::optional<std::uint32_t> parse_duration(std::string_view text);

/// The shortest spelling that parse_duration() reads back.
[[nodiscard]] std::string duration_text(std::uint32_t seconds);

/// "64 MiB", "19MiB", "1 GiB" or "65536 KiB" in bytes; powers of 1024 alone. None for anything
/// else, and for what exceeds 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// The shortest spelling that parse_size() reads back, of a multiple of 1 KiB.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace usher::config
