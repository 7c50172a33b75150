// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/safe_file.h"

namespace usher::config {

/// What is to be said of a file or directory that was not taken.
[[nodiscard]] Finding finding_about(const std::filesystem::path& path, const FileProblem& problem);

/// Into the order of files and lines.
void sort_by_place(std::vector<Finding>& findings);

}  // namespace usher::config
