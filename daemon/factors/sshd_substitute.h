// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "usher/secret.h"

namespace usher {

/// Whether `answer` is what OpenSSH's sshd hands to PAM in place of what was typed, for a login
/// that it has already decided to refuse (root under PermitRootLogin, DenyUsers): as many bytes as
/// were typed, of "\b\n\r\177INCORRECT" over and over (fake_password in auth-pam.c). It is nobody's
/// guess, so it must count against nobody. False for an empty answer.
[[nodiscard]] bool is_sshd_substitute(const Secret& answer) noexcept;

}  // namespace usher
