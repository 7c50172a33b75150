// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/output.h"
#include "ctl/pam_changes.h"
#include "ctl/pam_plan.h"
#include "ctl/plain_text.h"
#include "ctl/who_runs_this.h"
#include "daemon/config/text.h"
#include "daemon/config/units.h"
#include "pam_stacks/rollback_timer.h"
#include "pam_stacks/trial.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

constexpr std::uint32_t kLongestWait = 24 * 3600;

struct ApplyWish {
  PamOptions stacks;
  std::string user;
  std::string rollback_after = "10m";
};

struct Wait {
  std::optional<std::uint32_t> seconds;  // none: never by itself
};

std::expected<Wait, ExitCode> wait_of(const ApplyWish& wish) {
  if (wish.rollback_after == "never") return Wait{};
  const auto seconds = config::parse_duration(wish.rollback_after);
  if (!seconds || *seconds < 30 || *seconds > kLongestWait)
    return std::unexpected(
        complain({.code = ExitCode::usage,
                  .what = fmt::format("{} is no time for --rollback-after",
                                      config::ticked(plain_line(wish.rollback_after))),
                  .next = "Write it like 30s, 10m or 24h, at least 30s; or never."}));
  if (!ps::RollbackTimer::available())
    return std::unexpected(complain(
        {.code = ExitCode::no,
         .what = "without systemd nothing would put the old stacks back by itself",
         .next = "Keep a root shell open, and say --rollback-after never to go without."}));
  return Wait{.seconds = seconds};
}

Table table_of(const std::vector<ps::TrialResult>& results) {
  Table table({"SERVICE", "LOGIN", "EXPECTED", "SEEN"});
  const auto word = [](bool in) { return in ? "gets in" : "stays out"; };
  for (const ps::TrialResult& result : results)
    table.add(
        {{.text = result.service},
         {.text = result.what},
         {.text = word(result.expected), .style = Style::quiet},
         {.text = word(result.got_in), .style = result.as_expected() ? Style::good : Style::bad}});
  return table;
}

Json json_of_trial(const ps::Trial& trial) {
  Json logins = Json::array();
  for (const ps::TrialResult& result : trial.results)
    logins.push_back({{"service", result.service},
                      {"login", result.what},
                      {"expected", result.expected},
                      {"got_in", result.got_in},
                      {"refused_at", result.refused_at},
                      {"log", result.log}});
  return {{"logins", logins}, {"not_run", trial.stand_ins}};
}

std::vector<ps::TrialResult> surprises_in(const ps::Trial& trial) {
  std::vector<ps::TrialResult> surprises;
  for (const ps::TrialResult& result : trial.results)
    if (!result.as_expected()) surprises.push_back(result);
  return surprises;
}

/// Says what went otherwise than it must, and why.
ExitCode complain_about(const Globals& globals, const ps::Trial& trial,
                        const std::vector<ps::TrialResult>& surprises) {
  if (globals.json) {
    print_json({{"applied", false}, {"trial", json_of_trial(trial)}});
  } else {
    print_table(table_of(surprises), globals);
    for (const ps::TrialResult& result : surprises) {
      fmt::print("\n{}, {}{}\n", plain_line(result.service), plain_line(result.what),
                 result.refused_at.empty() ? std::string()
                                           : fmt::format(": {}", plain_line(result.refused_at)));
      for (const std::string& line : result.log) fmt::print("  {}\n", plain_line(line));
    }
    for (const std::string& module : trial.stand_ins)
      fmt::print("not run, as if it agreed: {}\n", plain_line(module));
  }
  return complain({.code = ExitCode::no,
                   .what = fmt::format("{} of {} logins that were tried went otherwise than they "
                                       "must: nothing was changed",
                                       surprises.size(), trial.results.size()),
                   .next = "Look at what stands around Usher's lines in these stacks; `usherctl "
                           "pam plan` shows them."});
}

/// Tries the stacks out. None: all went as it must.
std::expected<ps::Trial, ExitCode> tried(const Globals& globals, const PamPlan& made,
                                         const std::string& user) {
  const bool shows = !globals.json && ::isatty(STDERR_FILENO) == 1;
  std::size_t done = 0;
  auto trial = ps::run_trial(
      made.plan, {.user = user, .real_socket = made.socket, .screen_lockers = made.screen_lockers},
      [&](const ps::TrialResult& result, std::size_t of) {
        if (shows)
          fmt::print(stderr, "\r\x1b[Ktrying logins: {} of {}, {}", ++done, of,
                     plain_line(result.service));
      });
  if (shows) fmt::print(stderr, "\r\x1b[K");
  if (!trial)
    return std::unexpected(
        complain({.code = ExitCode::no,
                  .what = "the new stacks could not be tried out: " + trial.error().message,
                  .next = "Nothing was changed."}));
  const auto surprises = surprises_in(*trial);
  if (!surprises.empty()) return std::unexpected(complain_about(globals, *trial, surprises));
  return std::move(*trial);
}

ExitCode give_up(const Globals& globals, ps::Changes& changes, const ps::Change& change,
                 const std::string& why) {
  const ExitCode undone = take_back(globals, changes, change, "");
  const ExitCode code =
      complain({.code = ExitCode::internal, .what = "the change was not made: " + why, .next = {}});
  return undone == ExitCode::ok ? code : undone;
}

ExitCode put_in_place(const Globals& globals, const ApplyWish& wish, ps::Changes& changes,
                      const ps::Plan& plan, const Wait& wait, const ps::Trial& trial) {
  const Uninterrupted uninterrupted;
  auto change =
      changes.begin(plan, who_runs_this(),
                    wait.seconds ? std::optional(ps::rollback_in(*wait.seconds)) : std::nullopt);
  if (!change)
    return complain({.code = ExitCode::internal,
                     .what = change.error().message,
                     .next = "Nothing was changed."});
  // The way back is there before the way on is taken.
  if (wait.seconds)
    if (const auto started = ps::RollbackTimer::start(); !started)
      return give_up(globals, changes, *change, started.error().message);
  if (const auto placed = changes.put_in_place(*change); !placed)
    return give_up(globals, changes, *change, placed.error().message);
  if (globals.json) {
    Json reply = json_of(plan);
    reply["applied"] = true;
    reply["rollback_after"] = wish.rollback_after;
    reply["trial"] = json_of_trial(trial);
    print_json(reply);
    return ExitCode::ok;
  }
  fmt::print("\n{} logins tried with the new stacks; each went as it must.\n",
             trial.results.size());
  fmt::print("In place: the logins of {} ask Usher.\n", plain_line(sentence_of(plan.services)));
  if (wait.seconds)
    fmt::print(R"(
In {} the old stacks come back, unless you confirm:
  Leave this shell open. Log in anew through {}, and there, as root:
  usherctl pam confirm
)",
               minutes_of(*wait.seconds), plain_line(plan.services.front()));
  else
    fmt::print("Nothing takes this back by itself. Once a new login works: usherctl pam confirm\n");
  return ExitCode::ok;
}

std::optional<ExitCode> something_waits() {
  const auto waiting = ps::Changes::waiting_in(ps::kChangesFolder);
  if (waiting && !*waiting) return std::nullopt;
  return complain({.code = ExitCode::no,
                   .what = waiting ? "an earlier change waits for being confirmed or taken back"
                                   : waiting.error().message,
                   .next = "`usherctl pam status` tells of it; `usherctl pam rollback` takes it "
                           "back."});
}

ExitCode apply(const Globals& globals, const ApplyWish& wish) {
  if (const auto no = complain_unless_root("changing PAM stacks")) return *no;
  const auto wait = wait_of(wish);
  if (!wait) return wait.error();
  auto changes = open_changes();
  if (!changes) return changes.error();
  if (const auto no = something_waits()) return *no;
  const auto made = plan_for(globals, wish.stacks);
  if (!made) return made.error();
  if (made->plan.changes.empty()) {
    if (globals.json)
      print_json({{"applied", false}, {"services", Json::array()}});
    else
      fmt::print("Nothing to change: the stacks are already like that.\n");
    return ExitCode::ok;
  }
  if (made->audit_file.empty())
    return complain({.code = ExitCode::configuration,
                     .what = "usherd writes no log of its own ([audit] file), by which a new login "
                             "could be confirmed",
                     .next = "Set it in usher.toml, beside the journal; then run this again."});
  // Stacks that ask somebody who is not there would be put to use at once.
  const ExitCode serves =
      ask_control(globals, "Status", Json::object(), [](const Json&) { return ExitCode::ok; });
  if (serves != ExitCode::ok) return serves;
  if (!globals.json) print_plan(globals, made->plan);
  const auto trial = tried(globals, *made, wish.user);
  if (!trial) return trial.error();
  return put_in_place(globals, wish, *changes, made->plan, *wait, *trial);
}

Run setup_pam_apply(CLI::App& app) {
  const auto wish = std::make_shared<ApplyWish>();
  add_pam_options(app, wish->stacks);
  wish->user = who_runs_this();
  app.add_option("--as", wish->user, "The account by which logins are tried out; yours without it")
      ->type_name("USER");
  app.add_option("--rollback-after", wish->rollback_after,
                 "When the old stacks come back, unless confirmed: 30s to 24h, or never")
      ->type_name("TIME")
      ->capture_default_str();
  return [wish](const Globals& globals) { return apply(globals, *wish); };
}

}  // namespace

const Command kPamApply{
    .name = "pam apply",
    .summary = "Let services ask Usher, and take it back unless confirmed",
    .lesson =
        R"(For root. Each new stack is first tried out by libpam where nobody else sees it: logins with
a usherd that says yes, that says no, that only observes, and with none. One that goes otherwise
than it must, and nothing is changed. Then all files are put in place, each whole, and after
--rollback-after the old ones come back, also over a reboot, unless `usherctl pam confirm` comes
from a login that passed the new stacks. The old files are kept.

Without --service and --everywhere, services stay as they are, and --when-down or --observe
changes what /etc/pam.d/usher, which they all ask, does.

Examples:
  usherctl pam apply --service sshd,sudo --observe
  usherctl pam apply --when-down group:sudo
  usherctl pam apply --everywhere --when-down console --rollback-after 30m)",
    .setup = setup_pam_apply};

}  // namespace usher::ctl
