// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "daemon/audit/audit.h"
#include "daemon/login/dialogue.h"
#include "daemon/login/login.h"
#include "daemon/model/effect.h"
#include "daemon/model/proof.h"
#include "daemon/model/verdict.h"

namespace usher {

/// One request while it is being heard: what it wants, whom to ask, what to judge by, and the audit
/// event that fills up on the way. Lives on one thread's stack.
struct Hearing {
  const Request& request;
  Dialogue& dialogue;
  LoginPorts& ports;
  const RuleSet& rules;
  const RuleIndex& index;  // of these rules
  AuditEvent event;
  /// What was proven in this dialogue; counts once the verdict is that of a success.
  std::vector<EarnedProof> earned;
  /// On a break-glass account somebody typed what has the form of its secret, and is not it.
  bool tried_glass = false;
  /// What whoever changes their own credentials has proven to have. Every change is committed on
  /// condition that it is all they have by then; unset where the caller is trusted.
  std::optional<ExpectCredentials> proven_credentials;
};

/// A verdict, or the reason why there was nobody left to give one to.
using Outcome = std::expected<VerdictResult, DialogueEnd>;

/// Something inside failed: a denial that tells the outsider nothing.
[[nodiscard]] inline VerdictResult internal_failure(const std::string& what) {
  return VerdictResult::deny(PAM_SYSTEM_ERR, what);
}

/// The answers were right and came to nothing inside. It is told as wrong answers are: on a full
/// disk usherd would otherwise say who knows a password.
[[nodiscard]] inline VerdictResult lost_success(const std::string& what) {
  return VerdictResult::deny(PAM_AUTH_ERR, what);
}

/// A password or a code stays as it was, and the person, who asked for the change, is told why.
[[nodiscard]] inline VerdictResult refused_change(std::string reason) {
  std::string text = reason;
  return VerdictResult::deny(PAM_AUTHTOK_ERR, std::move(reason), std::move(text));
}

// The phases, each a story of its own.
[[nodiscard]] Outcome run_login(Hearing& hearing);
[[nodiscard]] Outcome run_account(Hearing& hearing);
[[nodiscard]] Outcome run_open_session(Hearing& hearing);
[[nodiscard]] Outcome run_close_session(Hearing& hearing);
[[nodiscard]] Outcome run_password(Hearing& hearing);
[[nodiscard]] Outcome run_manage(Hearing& hearing);

}  // namespace usher
