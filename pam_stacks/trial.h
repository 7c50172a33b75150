// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/model/result.h"
#include "pam_stacks/plan.h"

namespace usher::pam_stacks {

/// Who plays the person, and what kind of program each service is.
struct TrialWish {
  std::string user;
  std::string real_socket;  // as in ModuleCall
  std::vector<std::string> screen_lockers;
};

/// One login that was tried.
struct TrialResult {
  std::string service;
  std::string what;       // "usherd says yes"
  bool expected = false;  // whether it was to get in
  bool got_in = false;
  std::string refused_at;  // the step and libpam's words; empty where it got in
  std::vector<std::string> log;
  [[nodiscard]] bool as_expected() const noexcept { return expected == got_in; }
};

struct Trial {
  std::vector<TrialResult> results;
  std::vector<std::string> stand_ins;  // modules that were not run
};

/// Goes through logins with the new stacks of each service that changes: with a usherd that says
/// yes, that says no, that takes no part, and none at all; with the right password of the machine
/// and a wrong one. It is libpam that runs them, in a place of its own (TrialRoom); nothing outside
/// changes. `progress` hears of each result as it comes.
[[nodiscard]] Result<Trial> run_trial(
    const Plan& plan, const TrialWish& wish,
    const std::function<void(const TrialResult&, std::size_t of)>& progress);

}  // namespace usher::pam_stacks
