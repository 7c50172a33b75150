// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/model/judged.h"
#include "pam_stacks/ancestors.h"
#include "pam_stacks/change.h"

namespace usher::pam_stacks {

/// How changed stacks are known to let people in.
struct ProofOfLogin {
  std::string service;
  bool by_key = false;  // only a key was seen, so what asks for a password was not
};

/// Whether all services of a change are such that nobody logs in by them, so that no shell can come
/// from there: `lockers`, cron, polkit and the like.
[[nodiscard]] bool nobody_logs_in_by(const Change& change, const std::vector<std::string>& lockers);

/// Looks in usherd's log for a login by the changed stacks. Where somebody logs in by one of them,
/// it has to be a login that the process with these `ancestors` comes from. Pure; none where there
/// is none.
[[nodiscard]] std::optional<ProofOfLogin> find_proof(const std::vector<RecordedRequest>& log,
                                                     const Change& change,
                                                     const std::vector<Ancestor>& ancestors,
                                                     const std::vector<std::string>& lockers);

}  // namespace usher::pam_stacks
