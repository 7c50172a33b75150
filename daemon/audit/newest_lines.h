// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/result.h"

namespace usher {

/// How much of a log is worth looking at for one question.
struct NewestLinesLimits {
  std::size_t lines = 100;                               // lines returned
  std::size_t bytes = std::size_t{256} * 1024;           // their sizes in all
  std::size_t examined = std::size_t{16} * 1024 * 1024;  // bytes read, from the end backwards
};

/// The newest lines of `path` that `wanted` takes, oldest first, without their newlines; a last
/// line that is still being written counts as none. Reads from the end in blocks, so memory and
/// time are bounded by `limits` whatever the file's size. Lines longer than kMaxEventLine are
/// skipped.
[[nodiscard]] Result<std::vector<std::string>> newest_lines(
    const std::filesystem::path& path, const NewestLinesLimits& limits,
    const std::function<bool(std::string_view)>& wanted);

}  // namespace usher
