// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace usher {

/// How an account's entry in /etc/shadow stands (shadow(5)), dates counted in whole days on the
/// wall clock. Where several are true, the first of this order is told: account_expired, locked,
/// password_expired, must_change. `ok` lies bits away from the others; zero is none of them.
enum class AccountState : std::uint8_t {
  unknown = 1,           // no entry there, or it was not to be told
  locked = 2,            // usermod -L, passwd -l: a hash behind an exclamation mark
  account_expired = 3,   // the account's own date has come (chage -E)
  password_expired = 4,  // older than it may be, and past the days of grace (chage -M, -I)
  must_change = 5,  // older than it may be, or set to be changed at the next login (chage -d 0)
  ok = 0xd8,
};

inline constexpr std::array kAccountStates = {
    AccountState::unknown,          AccountState::locked,      AccountState::account_expired,
    AccountState::password_expired, AccountState::must_change, AccountState::ok};

}  // namespace usher
