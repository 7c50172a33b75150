// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config/config.h"

namespace usher {

/// Whether neither store nor master key are there: `usherctl init` was never run. A store or key
/// that can't be looked at counts as there.
[[nodiscard]] bool was_never_initialised(const Settings& settings);

/// Hangs up on those who wait in systemd's queues for usherctl's questions and for people's own
/// programs. Left in there, each of them would make systemd start a usherd, which has nothing to
/// serve from, again and again for good. True where that is all; false where a login waits in
/// root's queue, which is left as it is: its program is to find usherd missing, and not busy.
/// For the time before any thread, and in place of Usherd::start().
[[nodiscard]] bool turn_away_who_waits();

}  // namespace usher
