// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/output.h"
#include "ctl/pam_changes.h"
#include "ctl/plain_text.h"
#include "pam_stacks/plan.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

ExitCode complain_about_left(const std::vector<std::string>& left) {
  return complain({.code = ExitCode::no,
                   .what = fmt::format("these lines of /etc/pam.d ask pam_usher.so, and were not "
                                       "written by usherctl: {}",
                                       sentence_of(left)),
                   .next = "Nothing was changed. Put what they took the place of there instead, "
                           "and run this again: without its module a stack lets nobody in."});
}

ExitCode take_out(const Globals& globals, ps::Changes& changes, const ps::Plan& plan) {
  const Uninterrupted uninterrupted;
  auto change = changes.begin(plan, "usherctl pam remove", std::nullopt);
  if (!change)
    return complain({.code = ExitCode::internal, .what = change.error().message, .next = {}});
  if (const auto placed = changes.put_in_place(*change); !placed) {
    const auto undone = changes.undo(*change);
    return complain({.code = ExitCode::internal,
                     .what = placed.error().message,
                     .next = undone ? "Nothing was changed." : undone.error().message});
  }
  if (const auto kept = changes.confirm_for_good(*change); !kept)
    return complain({.code = ExitCode::internal, .what = kept.error().message, .next = {}});
  if (globals.json)
    print_json({{"removed_from", plan.services}});
  else
    fmt::print("Usher is out of the stacks of {}.\n", plain_line(sentence_of(plan.services)));
  return ExitCode::ok;
}

ExitCode remove_usher(const Globals& globals) {
  if (const auto no = complain_unless_root("changing PAM stacks")) return *no;
  auto changes = open_changes();
  if (!changes) return changes.error();
  const auto waiting = ps::Changes::waiting_in(ps::kChangesFolder);
  if (!waiting)
    return complain({.code = ExitCode::internal, .what = waiting.error().message, .next = {}});
  if (*waiting)
    if (const ExitCode code = take_back(globals, *changes, **waiting, ""); code != ExitCode::ok)
      return code;
  const auto removal = ps::make_removal({});
  if (!removal)
    return complain(
        {.code = ExitCode::no, .what = removal.error().message, .next = "Nothing was changed."});
  if (!removal->left.empty()) return complain_about_left(removal->left);
  if (removal->plan.changes.empty()) {
    if (globals.json)
      print_json({{"removed_from", Json::array()}});
    else
      fmt::print("No stack asks Usher.\n");
    return ExitCode::ok;
  }
  return take_out(globals, *changes, removal->plan);
}

Run setup_pam_remove(CLI::App& /*app*/) {
  return [](const Globals& globals) { return remove_usher(globals); };
}

}  // namespace

const Command kPamRemove{
    .name = "pam remove",
    .summary = "Take Usher out of all stacks",
    .lesson =
        R"(For root; usherd need not run. Each line of Usher's goes, and what it took the place of comes
back; all other changes since then stay. This is what removing the package does first. Exits with
1, and changes nothing, where a line that usherctl did not write asks pam_usher.so: it has to be
taken out by hand.

Examples:
  usherctl pam remove)",
    .setup = setup_pam_remove};

}  // namespace usher::ctl
