// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/model/result.h"

namespace usher::ctl {

/// How far the reading of a file is; `size` is 0 where it can't be told.
using Progress = std::function<void(std::uint64_t read, std::uint64_t size)>;

/// Calls `take` with each line of an audit log, oldest first and without its newline; a last one
/// that is still being written counts as none. Lines longer than any event are left out. Memory is
/// bounded, whatever the file is, and a pipe will do. Returns how many lines were left out, or why
/// the file can't be read to its end.
[[nodiscard]] Result<std::size_t> read_log(const std::string& path,
                                           const std::function<void(std::string_view)>& take,
                                           const Progress& progress);

}  // namespace usher::ctl
