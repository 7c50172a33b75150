// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/model/process_id.h"
#include "daemon/model/proof.h"
#include "usher/message.h"

namespace usher {

/// The process at the other end of the socket, as the kernel names it (SO_PEERCRED, proc(5)).
struct Caller {
  pid_t pid = -1;
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  /// Clock ticks after boot at which the process started; 0 where it could not be read.
  std::uint64_t start_time = 0;
  std::uint64_t inode = 0;  // see ProcessId
  /// Whose connection it is, for counting: the uid, or of a program that speaks as root (su) that
  /// of the person who started it. (uid_t)-1 where that could not be read.
  uid_t person = static_cast<uid_t>(-1);
  /// uid 0, or usherd's own uid (which could replace usherd anyway): may speak for anyone.
  bool trusted = false;

  [[nodiscard]] ProcessId process() const noexcept {
    return {.pid = pid, .start_time = start_time, .inode = inode};
  }
};

/// What a credential change wants; owned strings of ManageDetails.
struct ManageRequest {
  std::string operation;
  std::string label;
  std::string algorithm;
  unsigned digits = 0;
  unsigned period = 0;
  bool plain = false;
  std::string kind;
  std::string new_label;
  std::vector<std::string> services;
  std::uint32_t seconds = 0;
  std::uint32_t uses = 0;
  bool change_at_login = false;
};

/// What the caller wants. Everything but `caller` is the caller's word, believed only where
/// caller.trusted; `user` is as typed, not canonical.
struct Request {
  Phase phase{};
  std::uint32_t pam_flags = 0;
  std::string service;
  std::string user;
  std::string tty;
  std::string rhost;
  std::string ruser;
  /// What sshd or an earlier module of the stack verified; empty unless caller.trusted.
  std::vector<Proof> proven;
  /// Whether sshd says at all what it verified: it does before keyboard-interactive and at
  /// open_session, not in its password method.
  bool auth_info_set = false;
  ManageRequest manage;
  /// The real uid of the caller, which of a program that is root by its owner tells who started it;
  /// (uid_t)-1 where it is not told.
  uid_t real_uid = static_cast<uid_t>(-1);
  Caller caller;
};

}  // namespace usher
