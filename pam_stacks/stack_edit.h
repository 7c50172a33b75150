// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/stacks.h"

namespace usher::pam_stacks {

/// Puts `substack usher` into the stack of a service: in place of what asks for the machine's
/// password and what changes it, before what checks accounts, and before pam_env among what opens a
/// session. A line that Usher takes the place of stays as a comment, by which without_usher() puts
/// it back. A type that asks Usher already is left alone. Pure.
///
/// An Error where the stack is of a kind that can't be edited safely; it says what to write by
/// hand.
[[nodiscard]] Result<std::string> with_usher(const Stacks& stacks, std::string_view service);

/// What was taken out of a stack, and what could not be.
struct Cleared {
  std::string text;
  /// Lines that ask Usher in words of somebody's own: "sshd:3". They have to be taken out by hand.
  std::vector<std::string> left;
};

/// Takes `substack usher` out of the file `name`, whether with_usher() put it there or it came from
/// conf/pam. `common` is what takes its place where no comment says: "@include common-auth". Lines
/// of the type `kept` stay. Pure.
[[nodiscard]] Cleared without_usher(std::string_view name, std::string_view text,
                                    std::string_view common, std::string_view kept = {});

/// Takes the lines of the profile of pam-auth-update out of a common-* file. Pure.
[[nodiscard]] std::string without_profile(std::string_view text);

/// What this machine's stacks include to ask for a password: "@include common-auth" or "auth
/// substack system-auth"; empty where they are of another kind.
[[nodiscard]] std::string common_auth_line(const Stacks& stacks);

/// What Usher's line takes the place of for a service, beside the password of /etc/shadow: modules
/// of the common stack that run only where a rule observes from then on.
[[nodiscard]] std::vector<std::string> replaced_modules(const Stacks& before,
                                                        std::string_view service);

/// What may let somebody in before pam_usher.so is asked: "pam_succeed_if.so (lightdm:3)". Root's
/// own way (pam_rootok) is none of them.
[[nodiscard]] std::vector<std::string> ways_before_usher(const Stacks& stacks,
                                                         std::string_view service);

}  // namespace usher::pam_stacks
