// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

#include "ctl/command.h"
#include "ctl/complaint.h"
#include "daemon/config/config.h"

namespace usher::ctl {

/// The settings of the configuration file, its rules left alone.
[[nodiscard]] std::expected<Settings, std::vector<Finding>> read_settings_of(
    const Globals& globals);

/// A socket of usherd's.
struct Endpoint {
  std::string path;
  /// Why it may be the wrong one; empty where it is not a guess.
  std::string doubt;
};

/// Where credentials are changed: as for the module, root's socket for an effective uid of 0 and
/// everybody's for anyone else.
[[nodiscard]] std::expected<Endpoint, Complaint> login_endpoint(const Globals& globals);
[[nodiscard]] std::expected<Endpoint, Complaint> control_endpoint(const Globals& globals);

/// The uid, beside root's, that may listen at `path`: that of its folder's owner, who alone with
/// root can put a socket there for good. 0 where there is no such folder.
[[nodiscard]] uid_t expected_server_of(const std::string& path);

/// The complaint that nobody answers there.
[[nodiscard]] Complaint no_answer_at(const Endpoint& endpoint, const std::string& why);
/// The complaint that somebody does whom nobody should tell a password.
[[nodiscard]] Complaint stranger_at(const Endpoint& endpoint);

}  // namespace usher::ctl
