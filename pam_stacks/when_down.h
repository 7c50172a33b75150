// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/model/result.h"

namespace usher::pam_stacks {

/// Who gets in while usherd is not there.
enum class WhenDown : std::uint8_t { none = 1, console, group, observe };

/// That, and of whom: the content of /etc/pam.d/usher but for what is this machine's.
struct WhenDownChoice {
  WhenDown kind = WhenDown::none;
  std::string groups;  // for `group`: "sudo", or several as "sudo:root"
  bool operator==(const WhenDownChoice&) const = default;
};

/// "none", "console", "observe", "group:NAME" or "group:A:B".
[[nodiscard]] Result<WhenDownChoice> parse_when_down(std::string_view text);
[[nodiscard]] std::string text_of(const WhenDownChoice& choice);

/// What is this machine's in the stack.
struct ModuleCall {
  std::string module = "pam_usher.so";
  uid_t usherd_uid = 0;
  std::string socket;  // empty: the module's own default
  /// The stack that asks for a password as without Usher, for where a rule only observes:
  /// "common-auth", "password-auth"; empty: pam_unix alone.
  std::string common = "common-auth";
  /// The stack that changes the password of /etc/shadow; empty: pam_unix alone.
  std::string common_password = "common-password";
};

/// The text of /etc/pam.d/usher.
[[nodiscard]] std::string usher_stack(const WhenDownChoice& choice, const ModuleCall& call);

/// What the text of a file by usher_stack() chose; none where it is somebody's own.
[[nodiscard]] std::optional<WhenDownChoice> choice_in(std::string_view usher_stack);

extern const std::string_view kWhenDownNone;
extern const std::string_view kWhenDownConsole;
extern const std::string_view kWhenDownGroup;
extern const std::string_view kWhenDownObserve;

}  // namespace usher::pam_stacks
