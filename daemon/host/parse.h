// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace usher {

/// Whether a name service need be asked: 1 to 256 bytes, none of them '/', ':' or a control
/// character. What fails this is the name of no account anywhere.
[[nodiscard]] bool could_be_account_name(std::string_view name) noexcept;

/// Field 22 of a /proc/PID/stat line (proc(5)), in clock ticks after boot; 0 where it is not one.
/// The program's name, field 2, is the program's own choice and may hold spaces and parentheses.
[[nodiscard]] std::uint64_t parse_start_time(std::string_view stat) noexcept;

/// The first uid, the real one, in the Uid line of a /proc/PID/status (proc(5)); none where there
/// is no such line. The program's name, in the first line, has its line ends escaped by the kernel.
[[nodiscard]] std::optional<uid_t> parse_real_uid(std::string_view status) noexcept;

}  // namespace usher
