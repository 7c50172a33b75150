// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "daemon/control/methods.h"
#include "daemon/model/account_state.h"
#include "daemon/model/decision.h"
#include "daemon/model/factor.h"
#include "daemon/model/person.h"
#include "daemon/model/result.h"
#include "usher/deadline.h"

namespace usher {

/// What a person could answer in a dialogue.
struct Enrolled {
  bool password = false;
  bool otp = false;
  bool recovery = false;
  AccountState state = AccountState::unknown;
  std::string trouble;  // why the state could not be found out; empty where it could
  [[nodiscard]] bool has(Factor factor) const {
    return (factor == Factor::password && password) || (factor == Factor::otp && otp) ||
           (factor == Factor::recovery && recovery);
  }
};

/// Asks the store, and the keeper until `deadline`. Nobody, where there is no such account.
[[nodiscard]] Result<Enrolled> enrolled(ControlPorts& ports, const std::optional<Person>& person,
                                        Deadline deadline);

/// What stands against a login whatever the rules say; none where nothing does.
[[nodiscard]] std::optional<std::string> obstacle(const std::optional<Person>& person,
                                                  const Enrolled& has, const Decision& decision);

}  // namespace usher
