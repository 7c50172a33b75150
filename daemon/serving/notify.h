// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace usher {

/// Tells systemd, where it wants to know (sd_notify(3)).
void notify_ready();
void notify_reloading();
void notify_stopping();

}  // namespace usher
