// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "daemon/model/result.h"
#include "daemon/serving/listen_socket.h"

namespace usher {

/// A socket that a daemon may be handed, by its FileDescriptorName=.
struct SystemdSocket {
  std::string_view name;
  int type = 0;  // SOCK_SEQPACKET (ListenSequentialPacket=) or SOCK_STREAM (ListenStream=)
};

/// The sockets that systemd hands over (sd_listen_fds_with_names(3)), by name; one that is not
/// among the `wanted` is an Error. Empty where the daemon was started another way. Takes the
/// variables out of the environment; for the time before any thread.
[[nodiscard]] Result<std::map<std::string, ListenSocket>> take_systemd_sockets(
    std::initializer_list<SystemdSocket> wanted);

}  // namespace usher
