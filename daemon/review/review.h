// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "daemon/config/written.h"
#include "daemon/host/host.h"

namespace usher {

/// What the rules are compared with. Paths are absolute.
struct Machine {
  Host& host;
  /// Of PAM stacks, named as their services; a file in an earlier one masks the same name in a
  /// later.
  std::vector<std::filesystem::path> pam_directories = {"/etc/pam.d", "/usr/lib/pam.d"};
  std::filesystem::path sshd_config = "/etc/ssh/sshd_config";
};

/// What is most likely wrong with rules that are well-formed, as far as they tell by themselves: in
/// the order of files and lines. Pure.
[[nodiscard]] std::vector<Finding> review_rules(const config::Reading& reading);

/// The same, and what rules and machine together tell: accounts and services that are not there,
/// services without a rule, settings of sshd. Notes come last. Blocks on the file system and the
/// name services; changes nothing. What can't be read is passed over, with a note where that
/// matters.
[[nodiscard]] std::vector<Finding> review_rules(const config::Reading& reading,
                                                const Machine& machine);

}  // namespace usher
