// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "daemon/config/values.h"

namespace usher::config {

/// The path of a file, absolute; a relative one is taken from `base`. What can't be one is
/// reported.
[[nodiscard]] std::optional<std::string> read_file_path(const Entry& entry,
                                                        const std::filesystem::path& base);

/// The same of a directory, without a slash at the end.
[[nodiscard]] std::optional<std::string> read_directory_path(Document& document, const Text& text,
                                                             const std::filesystem::path& base);

}  // namespace usher::config
