// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "ctl/command.h"

namespace usher::ctl {

/// Fills the descriptor, in a process of its own, which may end up with fewer rights than the one
/// that called. What it makes durable stays so. Standard output is flushed when it returns.
using Filling = std::function<ExitCode(int out)>;

/// Makes `file` (mode 0600) of what `fill` writes: beside its place, which it takes once `fill`
/// said ok, or never. So the file is the caller's, root's say, where `fill` gives root up. Over a
/// file that is there only if `replace`. Returns what `fill` said, or complains. For a process with
/// one thread; signals that end it reach `fill`, too, and leave nothing behind.
[[nodiscard]] ExitCode write_whole_file(const std::filesystem::path& file, bool replace,
                                        const Filling& fill);

}  // namespace usher::ctl
