// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include "daemon/host/host.h"

namespace usher {

/// Whose connection this is, for counting: of a set-user-id program that speaks as root (su, sudo)
/// the person who started it, else the peer's own uid. A process that can't be read any more counts
/// as nobody's, (uid_t)-1, never as root's. Thread-safe.
[[nodiscard]] uid_t person_behind(const ucred& peer, Host& host);

}  // namespace usher
