// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "usher/account_state.h"

namespace usher {

/// Whether nobody gets in by this account, whatever they prove. A password that is locked (passwd
/// -l, usermod -L) closes it to people, key or no key, as sshd has it where it runs without PAM
/// (`logs_in`); it keeps the account's jobs running, as passwd(1) promises.
[[nodiscard]] constexpr bool is_closed(AccountState state, bool logs_in) noexcept {
  return state == AccountState::account_expired || state == AccountState::password_expired ||
         (state == AccountState::locked && logs_in);
}

/// For the audit log and administrators.
[[nodiscard]] constexpr std::string_view name_of(AccountState state) noexcept {
  switch (state) {
    case AccountState::unknown:
      return "unknown";
    case AccountState::locked:
      return "locked";
    case AccountState::account_expired:
      return "account expired";
    case AccountState::password_expired:
      return "password expired";
    case AccountState::must_change:
      return "password must change";
    case AccountState::ok:
      return "ok";
  }
  return "unknown";
}

}  // namespace usher
