// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "daemon/audit/audit.h"
#include "daemon/factors/lookup_secret.h"
#include "daemon/factors/otp.h"
#include "daemon/factors/password.h"
#include "daemon/factors/password_quality.h"
#include "daemon/host/clock.h"
#include "daemon/host/host.h"
#include "daemon/host/keeper.h"
#include "daemon/login/dialogue.h"
#include "daemon/login/transactions.h"
#include "daemon/model/request.h"
#include "daemon/model/verdict.h"
#include "daemon/policy/rules_in_force.h"
#include "daemon/sessions/session_register.h"
#include "daemon/store/store.h"

namespace usher {

/// Everything a login needs from outside. Whoever makes it keeps what it points to alive. Safe to
/// share between threads, since each of its parts is.
struct LoginPorts {
  Store& store;
  Host& host;
  const Clock& clock;
  Audit& audit;
  Keeper& keeper;
  PasswordFactor& password;
  OtpFactor& otp;
  RecoveryFactor& recovery;
  Transactions& transactions;
  SessionRegister& sessions;
  const RulesInForce& rules;
  PasswordPolicy new_passwords{};
};

/// Serves one request, whatever its phase, from admission to the audited verdict. None where the
/// dialogue ended before there was anybody to answer. Straight-line; blocks on `dialogue`, the
/// store and the name services. One thread per call.
[[nodiscard]] std::optional<VerdictResult> serve(const Request& request, Dialogue& dialogue,
                                                 LoginPorts& ports);

}  // namespace usher
