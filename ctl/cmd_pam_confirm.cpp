// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/pam_changes.h"
#include "ctl/plain_text.h"
#include "daemon/audit/newest_lines.h"
#include "daemon/audit/recorded_request.h"
#include "daemon/config/config.h"
#include "pam_stacks/ancestors.h"
#include "pam_stacks/proof_of_login.h"
#include "pam_stacks/rollback_timer.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

/// Far more than comes between a change and its confirmation.
constexpr NewestLinesLimits kLookedAt{.lines = 20'000,
                                      .bytes = std::size_t{16} * 1024 * 1024,
                                      .examined = std::size_t{16} * 1024 * 1024};

/// The requests of usherd's log, oldest first.
Result<std::vector<RecordedRequest>> recorded_in(const std::string& log) {
  const auto lines = newest_lines(log, kLookedAt, [](std::string_view) { return true; });
  if (!lines) return std::unexpected(lines.error());
  std::vector<RecordedRequest> requests;
  requests.reserve(lines->size());
  for (const std::string& line : *lines)
    if (auto request = read_recorded_request(line)) requests.push_back(std::move(*request));
  return requests;
}

ExitCode complain_about_missing_proof(const ps::Change& change, bool from_anywhere) {
  const std::string services = plain_line(sentence_of(change.services));
  return complain(
      {.code = ExitCode::no,
       .what = from_anywhere
                   ? fmt::format("nobody has come through {} since the change", services)
                   : fmt::format("this shell does not come from a login through {} since the "
                                 "change, as the log has it",
                                 services),
       .next = from_anywhere
                   ? "Try it out, then run this again."
                   : "Log in anew (over SSH not through a connection that is shared with an "
                     "earlier one), and run this there."});
}

ExitCode confirmed(const Globals& globals, ps::Changes& changes, const ps::Change& change,
                   const ps::ProofOfLogin& proof) {
  const Uninterrupted uninterrupted;
  if (const auto kept = changes.confirm(change); !kept)
    return complain({.code = ExitCode::internal, .what = kept.error().message, .next = {}});
  if (const auto stopped = ps::RollbackTimer::stop(); !stopped)
    return complain({.code = ExitCode::internal,
                     .what = "confirmed, but the timer still runs: " + stopped.error().message,
                     .next = "It does nothing any more; stop it by that command."});
  if (globals.json) {
    print_json({{"confirmed", true},
                {"services", change.services},
                {"by_login_through", proof.service},
                {"by_key_alone", proof.by_key}});
    return ExitCode::ok;
  }
  fmt::print("Confirmed by a login through {}: the stacks stay.\n", plain_line(proof.service));
  if (proof.by_key)
    fmt::print("It came by a key alone: whether a password and a code let in was not seen.\n");
  fmt::print("`usherctl pam rollback` still puts back those of before.\n");
  return ExitCode::ok;
}

ExitCode confirm(const Globals& globals) {
  if (const auto no = complain_unless_root("confirming a change of PAM stacks")) return *no;
  auto changes = open_changes();
  if (!changes) return changes.error();
  const auto change = ps::Changes::waiting_in(ps::kChangesFolder);
  if (!change)
    return complain({.code = ExitCode::internal, .what = change.error().message, .next = {}});
  if (!*change)
    return complain(
        {.code = ExitCode::no, .what = "no change waits for being confirmed", .next = {}});
  if (!(*change)->in_place || (*change)->undoing)
    return complain({.code = ExitCode::no,
                     .what = "the change was interrupted, and is not wholly in place",
                     .next = "Take it back: `usherctl pam rollback`"});
  const auto configuration = load_configuration(globals.config);
  if (!configuration) return show_mistakes(globals, configuration.error());
  const auto log = recorded_in(configuration->settings.audit_file);
  if (!log) return complain({.code = ExitCode::internal, .what = log.error().message, .next = {}});
  const std::vector<std::string>& lockers = configuration->rules.services.screen_lockers;
  const auto proof = ps::find_proof(*log, **change, ps::ancestors(), lockers);
  if (!proof)
    return complain_about_missing_proof(**change, ps::nobody_logs_in_by(**change, lockers));
  return confirmed(globals, *changes, **change, *proof);
}

Run setup_pam_confirm(CLI::App& /*app*/) {
  return [](const Globals& globals) { return confirm(globals); };
}

}  // namespace

const Command kPamConfirm{
    .name = "pam confirm",
    .summary = "Keep the new stacks: from a login that passed them",
    .lesson =
        R"(For root, in a login that began after `usherctl pam apply` and came through one of the
services that it changed: usherd's log must have its session, and that it was asked for proof, or
that sshd verified a key, so that a machine which nobody can get into any more is never confirmed.
What a shell is left by (sudo, su) counts where nothing else was changed. For services that nobody
logs in by (screen lockers, polkit, cron), any success since then will do.

Examples:
  ssh root@thismachine usherctl pam confirm
  ssh -t ada@thismachine sudo usherctl pam confirm)",
    .setup = setup_pam_confirm};

}  // namespace usher::ctl
