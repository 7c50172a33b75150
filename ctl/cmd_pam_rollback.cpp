// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "ctl/complaint.h"
#include "ctl/output.h"
#include "ctl/pam_changes.h"
#include "ctl/plain_text.h"
#include "daemon/review/pam_stack.h"
#include "pam_stacks/rollback_timer.h"
#include "pam_stacks/trial_stacks.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

/// The change that waits, else the newest that was confirmed.
std::expected<std::optional<ps::Change>, ExitCode> change_to_undo() {
  auto change = ps::Changes::waiting_in(ps::kChangesFolder);
  if (change && !*change) change = ps::Changes::newest_confirmed_in(ps::kChangesFolder);
  if (change) return std::move(*change);
  return std::unexpected(
      complain({.code = ExitCode::internal,
                .what = change.error().message,
                .next = fmt::format("The files of before are in {}: copy them by hand.",
                                    ps::kChangesFolder)}));
}

/// What was confirmed long ago may be behind the machine: packages have come and gone, and people
/// have edited. Then it is for an administrator to say.
std::optional<ExitCode> complain_if_stale(const ps::Change& change) {
  if (const auto changed = change.changed_since(); !changed.empty())
    return complain({.code = ExitCode::no,
                     .what = fmt::format("changed by others since `usherctl pam apply`: {}",
                                         plain_line(sentence_of(changed))),
                     .next = "Nothing was put back. `usherctl pam remove` takes Usher out and "
                             "leaves their changes."});
  for (const ps::FileChange& file : change.files)
    for (const auto& line : review::parse_pam_stack(file.before.value_or("")))
      if (!line.includes && !line.may_be_missing && !ps::is_module_there(line.target))
        return complain(
            {.code = ExitCode::no,
             .what = fmt::format("the old {} needs {}, which is not there any more",
                                 plain_line(file.file.string()), plain_line(line.target)),
             .next = "Nothing was put back."});
  return std::nullopt;
}

ExitCode roll_back(const Globals& globals) {
  if (const auto no = complain_unless_root("putting PAM stacks back")) return *no;
  auto changes = open_changes();
  if (!changes) return changes.error();
  const auto change = change_to_undo();
  if (!change) return change.error();
  if (!*change)
    return complain({.code = ExitCode::no,
                     .what = "there is nothing to put back: `usherctl pam apply` changed nothing",
                     .next = {}});
  const auto waiting = ps::Changes::waiting_in(ps::kChangesFolder);
  if (waiting && !*waiting)
    if (const auto stale = complain_if_stale(**change)) return *stale;
  return take_back(globals, *changes, **change, "");
}

/// The timer's: takes back what was not confirmed in time, or was interrupted.
ExitCode roll_back_if_due(const Globals& globals) {
  if (const auto no = complain_unless_root("putting PAM stacks back")) return *no;
  auto changes = ps::Changes::open(ps::kChangesFolder);
  // Whoever holds the lock changes something just now, and is asked again in a moment.
  if (!changes && changes.error().busy) return ExitCode::ok;
  if (!changes)
    return complain({.code = ExitCode::internal, .what = changes.error().message, .next = {}});
  const auto change = ps::Changes::waiting_in(ps::kChangesFolder);
  if (!change)
    return complain({.code = ExitCode::internal, .what = change.error().message, .next = {}});
  if (!*change) {
    const auto stopped = ps::RollbackTimer::stop();
    return stopped ? ExitCode::ok
                   : complain(
                         {.code = ExitCode::internal, .what = stopped.error().message, .next = {}});
  }
  if (!(*change)->due()) return ExitCode::ok;
  return take_back(globals, *changes, **change,
                   (*change)->in_place && !(*change)->undoing ? "Nobody confirmed in time. "
                                                              : "The change was interrupted. ");
}

Run setup_pam_rollback(CLI::App& app) {
  const auto due = std::make_shared<bool>(false);
  app.add_flag("--due", *due, "Only where the time to confirm is over; for systemd's timer");
  return [due](const Globals& globals) {
    return *due ? roll_back_if_due(globals) : roll_back(globals);
  };
}

}  // namespace

const Command kPamRollback{
    .name = "pam rollback",
    .summary = "Put back the stacks of before the newest change",
    .lesson =
        R"(For root; usherd need not run. Each file is put back whole, also where the disk is full or
an earlier command was killed half-way. What somebody changed since is kept in
/var/lib/usher-pam. Run again, it goes back another change.

Examples:
  usherctl pam rollback)",
    .setup = setup_pam_rollback};

}  // namespace usher::ctl
