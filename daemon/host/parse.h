// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace usher {

/// Whether a name service need be asked: 1 to 256 bytes, none of them '/', ':' or a control
/// character. What fails this is the name of no account anywhere.
[[nodiscard]] bool could_be_account_name(std::string_view name) noexcept;

/// Field 22 of a /proc/PID/stat line (proc(5)), in clock ticks after boot; 0 where it is not one.
/// The program's name, field 2, is the program's own choice and may hold spaces and parentheses.
[[nodiscard]] std::uint64_t parse_start_time(std::string_view stat) noexcept;

}  // namespace usher
