// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "daemon/model/result.h"
#include "daemon/server/listen_socket.h"

namespace usher {

/// The sockets that systemd hands over (sd_listen_fds_with_names(3)) by their FileDescriptorName=:
/// "root" and "self" are SOCK_SEQPACKET, "control" is SOCK_STREAM. Empty where usherd was started
/// another way. Takes the variables out of the environment; for the time before any thread.
[[nodiscard]] Result<std::map<std::string, ListenSocket>> take_systemd_sockets();

}  // namespace usher
