// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "daemon/model/result.h"
#include "daemon/serving/listen_socket.h"
#include "usher/unique_fd.h"

namespace usher {

/// A socket that a daemon may be handed, by its FileDescriptorName=.
struct SystemdSocket {
  std::string_view name;
  int type = 0;  // SOCK_SEQPACKET (ListenSequentialPacket=) or SOCK_STREAM (ListenStream=)
};

/// What systemd hands over, by name.
struct SystemdDescriptors {
  std::map<std::string, ListenSocket> sockets;
  /// What the daemon before left (handover.h); one of which there are two is not to be told from
  /// the other, and left out.
  std::map<std::string, UniqueFd> left;
};

/// The sockets that systemd hands over (sd_listen_fds_with_names(3)); one that is neither among the
/// `wanted` nor one of the names `left` is an Error. Empty where the daemon was started another
/// way. Takes the variables out of the environment; for the time before any thread.
[[nodiscard]] Result<SystemdDescriptors> take_systemd_sockets(
    std::initializer_list<SystemdSocket> wanted, std::initializer_list<std::string_view> left = {});

}  // namespace usher
