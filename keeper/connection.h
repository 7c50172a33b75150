// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "daemon/serving/stop_signal.h"
#include "keeper/askers.h"
#include "keeper/quiet_log.h"
#include "keeper/verifier.h"
#include "usher/unique_fd.h"

namespace usher {

/// What every connection shares; all of it outlives them.
struct ConnectionPorts {
  const Askers& askers;
  Verifier& verifier;
  QuietLog& log;
  const StopSignal& stop;
};

/// Serves one connection to its end: one question, one reply. Who may not ask, and what is no
/// question, is hung up on unanswered. For many threads at once; bounded in time.
void serve_question(UniqueFd connection, const ucred& peer, const ConnectionPorts& ports);

}  // namespace usher
