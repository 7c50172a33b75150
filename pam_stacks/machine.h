// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/stacks.h"

namespace usher::pam_stacks {

/// Where stacks are; others in tests.
struct Folders {
  std::filesystem::path stacks = "/etc/pam.d";
  /// Of packages; a file of the same name above masks it. It is never written to: a stack from here
  /// is changed by putting one of its name above.
  std::filesystem::path vendor = "/usr/lib/pam.d";
  std::filesystem::path profile_state = "/var/lib/pam";
};

/// All of a machine's files that decide which stack asks whom.
struct Machine {
  Stacks stacks;  // as libpam finds them
  Stacks own;     // those in /etc/pam.d
  Stacks state;   // of pam-auth-update
};

[[nodiscard]] Result<Machine> read_machine(const Folders& folders);

/// The stacks of this machine, as libpam finds them.
[[nodiscard]] Result<Stacks> stacks_in(const Folders& folders);

/// One file, before and after; none: it is not there.
struct FileChange {
  std::filesystem::path file;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

/// What turns `before`, which is the machine, into `after`. Each beginning of it leaves valid
/// stacks: what others refer to comes first, and people are asked before their accounts are.
[[nodiscard]] std::vector<FileChange> changes_between(const Machine& before, const Machine& after,
                                                      const Folders& folders);

/// Switches Usher's profile of pam-auth-update on or off in these files.
[[nodiscard]] Result<void> switch_profile(Machine& machine, bool enabled);
[[nodiscard]] bool profile_is_on(const Stacks& stacks);

/// The text of one of them; none where there is no such file.
[[nodiscard]] std::optional<std::string> text_in(const Stacks& stacks, const std::string& name);

}  // namespace usher::pam_stacks
