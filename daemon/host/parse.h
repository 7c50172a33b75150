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

/// Fields 2, 4, 6 and 22 of a /proc/PID/stat line (proc(5)).
struct ProcessStat {
  std::string_view name;  // points into the line; the program's own choice
  pid_t parent = 0;
  pid_t session = 0;             // setsid(2)
  std::uint64_t start_time = 0;  // clock ticks after boot
  bool operator==(const ProcessStat&) const = default;
};

/// None where it is not such a line, whole. The program's name may hold spaces and parentheses.
[[nodiscard]] std::optional<ProcessStat> parse_stat(std::string_view stat) noexcept;

/// The whole of a file that holds one unsigned number and a line end, or none; none for anything
/// else.
[[nodiscard]] std::optional<std::uint32_t> parse_lone_number(std::string_view text) noexcept;

/// The first uid, the real one, in the Uid line of a /proc/PID/status (proc(5)); none where there
/// is no such line. The program's name, in the first line, has its line ends escaped by the kernel.
[[nodiscard]] std::optional<uid_t> parse_real_uid(std::string_view status) noexcept;

}  // namespace usher
