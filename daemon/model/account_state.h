// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "usher/account_state.h"

namespace usher {

/// Whether nobody gets in by this account, whatever they prove.
[[nodiscard]] constexpr bool is_closed(AccountState state) noexcept {
  return state == AccountState::locked || state == AccountState::account_expired ||
         state == AccountState::password_expired;
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
