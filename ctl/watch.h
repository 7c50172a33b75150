// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "ctl/command.h"
#include "ctl/output.h"

namespace usher::ctl {

/// The text of a reply, whole lines, in those colours.
using Rendering = std::function<std::string(const Json& reply, const Palette& palette)>;

/// Asks usherd for `method` once a second, each time over a connection of its own, and shows what
/// `rendering` makes of the reply whenever that has changed: a terminal is cleared for it,
/// elsewhere it follows behind an empty line, and with --json it is a line of JSON.
///
/// Goes on until Ctrl-C, which ends the process with 0, or until nobody reads any more. Who does
/// not answer at first is complained about; who falls silent later is waited for.
[[nodiscard]] ExitCode watch_control(const Globals& globals, std::string_view method,
                                     const Json& parameters, const Rendering& rendering);

/// As many lines of `painted` as go onto a terminal of that size, and how many do not, so that it
/// does not scroll. `plain` is the same text without colours. Of a size of 0 nothing is known.
[[nodiscard]] std::string fitting(std::string_view painted, std::string_view plain,
                                  std::size_t rows, std::size_t columns);

}  // namespace usher::ctl
