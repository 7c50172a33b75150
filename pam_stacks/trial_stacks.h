// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pam_stacks/stacks.h"

namespace usher::pam_stacks {

/// The stacks of a trial. Modules that change something beyond this login (they count failures,
/// begin sessions, ask servers), or that look at anything but a password, are replaced: in
/// `agreeing` by pam_permit, as if they had nothing against it, so that one that lets in by itself
/// whom Usher refuses is found out; in `refusing`, where a password is asked for, by pam_deny, as
/// they are about a wrong one.
struct TrialStacks {
  Stacks agreeing;
  Stacks refusing;
};

/// A module that is not `there` stays, as a line that fails. `socket` is where pam_usher.so goes in
/// place of `real_socket`.
[[nodiscard]] TrialStacks for_trial(const Stacks& stacks, const std::string& real_socket,
                                    const std::string& socket,
                                    const std::function<bool(const std::string&)>& there);

/// Which modules were replaced where services ask for a password or check an account:
/// "pam_faillock.so (login:4)".
[[nodiscard]] std::vector<std::string> stand_ins(const Stacks& stacks,
                                                 const std::vector<std::string>& services);

/// Whether libpam finds a module by its name or path in the folders that distributions have for
/// them.
[[nodiscard]] bool is_module_there(const std::string& module);

}  // namespace usher::pam_stacks
