// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "daemon/model/result.h"

namespace usher {

/// What the world tells a daemon.
enum class DaemonSignal : std::uint8_t {
  stop = 1,  // SIGTERM, SIGINT
  reload,    // SIGHUP
  none,      // nothing came in time
};

/// Blocks the signals above in this thread and in all it starts, and ignores SIGPIPE: no code ever
/// runs in a signal handler. To be called before any thread exists.
[[nodiscard]] Result<void> take_over_signals();

/// Sleeps until one of them comes, for no longer than `patience` where that is given.
[[nodiscard]] DaemonSignal wait_for_signal(
    std::optional<std::chrono::microseconds> patience = std::nullopt);

}  // namespace usher
