// SPDX-License-Identifier: Apache-2.0
#include "ctl/pam_changes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>

#include "ctl/complaint.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "pam_stacks/rollback_timer.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

}  // namespace

std::optional<ExitCode> complain_unless_root(const char* why) {
  if (::geteuid() == 0) return std::nullopt;
  return complain({.code = ExitCode::no,
                   .what = fmt::format("{}: that is root's", why),
                   .next = "Run it as root, or with sudo."});
}

std::expected<ps::Changes, ExitCode> open_changes() {
  auto changes = ps::Changes::open(ps::kChangesFolder);
  if (changes) return std::move(*changes);
  const bool busy = changes.error().busy;
  return std::unexpected(
      complain({.code = busy ? ExitCode::no : ExitCode::internal,
                .what = changes.error().message,
                .next = busy ? "Wait until it is done, and see `usherctl pam status`."
                             : "Nothing was changed."}));
}

Uninterrupted::Uninterrupted() {
  sigset_t wait{};
  ::sigemptyset(&wait);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) ::sigaddset(&wait, signal);
  ::sigprocmask(SIG_BLOCK, &wait, &before_);
}

Uninterrupted::~Uninterrupted() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

ExitCode take_back(const Globals& globals, ps::Changes& changes, const ps::Change& change,
                   const char* why) {
  const Uninterrupted uninterrupted;
  const auto found = changes.undo(change);
  if (!found)
    return complain({.code = ExitCode::internal,
                     .what = fmt::format("not all of the old stacks could be put back: {}",
                                         found.error().message),
                     .next = fmt::format("They are in {}. Mend that, then `usherctl pam rollback` "
                                         "goes on.",
                                         ps::kChangesFolder)});
  const auto stopped = ps::RollbackTimer::stop();
  if (globals.json) {
    print_json({{"undone", true}, {"services", change.services}, {"changed_since", *found}});
  } else {
    fmt::print("{}The stacks of {} are again as they were before the change.\n", why,
               plain_line(sentence_of(change.services)));
    for (const std::string& file : *found)
      fmt::print("{} had been changed since, or another stack needs it: see {}.\n",
                 plain_line(file), ps::kChangesFolder);
  }
  if (!stopped)
    return complain({.code = ExitCode::internal,
                     .what = "the timer still runs: " + stopped.error().message,
                     .next = "It does nothing; stop it by that command."});
  return ExitCode::ok;
}

}  // namespace usher::ctl
