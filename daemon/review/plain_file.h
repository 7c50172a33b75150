// SPDX-License-Identifier: Apache-2.0
// Other programs' configuration: looked at, never relied on.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "daemon/config/written.h"

namespace usher::review {

inline constexpr std::size_t kMaxPlainFile = std::size_t{1024} * 1024;  // bytes

/// The content of a regular file of at most kMaxPlainFile bytes, links followed. Never waits for a
/// FIFO's writer.
[[nodiscard]] std::expected<std::string, std::error_code> read_plain_file(
    const std::filesystem::path& path);

/// Where byte `offset` of a file's text stands.
[[nodiscard]] config::Place place_in(const std::filesystem::path& path, std::string_view text,
                                     std::size_t offset);

/// The file as a whole.
[[nodiscard]] config::Place place_of_file(const std::filesystem::path& path);

/// A to Z in lower case, whatever the locale.
[[nodiscard]] std::string lowered(std::string_view text);

}  // namespace usher::review
