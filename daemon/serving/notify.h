// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace usher {

/// Tells systemd, where it wants to know (sd_notify(3)).
void notify_ready();
void notify_reloading();
void notify_stopping();
void notify_alive();

/// How long a daemon may let pass before it has to say that it is alive: half of what systemd waits
/// for (WatchdogSec=). Nothing where nobody waits for that.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_pause();

}  // namespace usher
