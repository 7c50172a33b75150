// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/mistakes.h"
#include "ctl/pam_wish.h"
#include "ctl/plain_text.h"
#include "daemon/config/config.h"
#include "daemon/config/lists.h"
#include "pam_stacks/proof_of_login.h"
#include "pam_stacks/rollback_timer.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

/// Where nobody logs in, and usherctl is not started from.
constexpr std::array<std::string_view, 7> kNoPlaceToConfirmFrom = {
    "atd", "chfn", "chsh", "cron", "crond", "polkit-1", "systemd-user"};

/// An event of the log, as far as it proves a login.
struct Passed {
  std::int64_t microseconds = 0;
  std::string service;
  std::string user;
  std::string phase;
  std::int64_t pid = 0;
  bool by_key = false;  // sshd says that it verified one
};

/// RFC 3339 in UTC with microseconds, as events have it.
std::optional<std::int64_t> microseconds_of(const std::string& time) {
  std::tm utc{};
  const char* rest = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (rest == nullptr) return std::nullopt;
  std::int64_t fraction = 0;
  if (*rest == '.')
    for (int digit = 0; digit < 6; ++digit) {
      ++rest;
      if (*rest < '0' || *rest > '9') return std::nullopt;
      fraction = fraction * 10 + (*rest - '0');
    }
  return std::int64_t{1'000'000} * ::timegm(&utc) + fraction;
}

/// Whether a login went on after that. Stacks that only look on let in whom usherd would not.
bool went_on(const std::string& outcome, const ps::Change& change) {
  return outcome == "accepted" || outcome == "opened" || outcome == "observed" ||
         (outcome == "denied" && change.when_down.kind == ps::WhenDown::observe);
}

/// None for a line that tells of nobody who went on.
std::optional<Passed> passed_by(const std::string& line, const ps::Change& change) {
  const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) return std::nullopt;
  if (!went_on(event.value("outcome", ""), change)) return std::nullopt;
  const auto time = microseconds_of(event.value("time", ""));
  if (!time) return std::nullopt;
  bool by_key = false;
  for (const Json& given : event.value("facts", Json::object()).value("given", Json::array()))
    by_key =
        by_key || (given.value("factor", "") == "publickey" && given.value("by", "") == "sshd");
  return Passed{.microseconds = *time,
                .service = event.value("service", ""),
                .user = event.value("user", ""),
                .phase = event.value("phase", ""),
                .pid = event.value("caller", Json::object()).value("pid", std::int64_t{0}),
                .by_key = by_key};
}

/// The successes of a change's services since it was made.
std::vector<Passed> passed_since(const std::vector<std::string>& lines, const ps::Change& change) {
  std::vector<Passed> list;
  for (const std::string& line : lines) {
    auto passed = passed_by(line, change);
    if (passed && passed->microseconds >= change.made_microseconds &&
        config::contains(change.services, passed->service))
      list.push_back(std::move(*passed));
  }
  return list;
}

/// The process that opened this session, where this one descends from it. A pid alone may be
/// another's by now; a process that began after the event is. One that began before the change may
/// have had the old stacks in memory since, but for login(1), which is what getty was.
std::optional<ps::Ancestor> opened_by(const Passed& session, const ps::Change& change,
                                      const std::vector<ps::Ancestor>& ancestors) {
  for (const ps::Ancestor& ancestor : ancestors)
    if (ancestor.pid == session.pid && ancestor.started_microseconds <= session.microseconds &&
        (session.service == "login" || ancestor.started_microseconds >= change.made_microseconds))
      return ancestor;
  return std::nullopt;
}

/// Whether the lines that ask for proof let this login in, too: in the same process, or for sshd,
/// which asks in a child, of the same person since that process began.
bool was_asked(const Passed& session, const ps::Ancestor& process,
               const std::vector<Passed>& list) {
  return std::ranges::any_of(list, [&](const Passed& asked) {
    return asked.phase == "authenticate" && asked.service == session.service &&
           asked.microseconds >= process.started_microseconds &&
           asked.microseconds <= session.microseconds &&
           (asked.pid == session.pid || (session.service == "sshd" && asked.user == session.user));
  });
}

/// How the new stacks are known to let people in.
struct ProofOfLogin {
  std::string service;
  bool by_key = false;  // only a key was seen, so what asks for a password was not
};

std::optional<ProofOfLogin> proof_in(const std::vector<Passed>& list, const ps::Change& change,
                                     const std::vector<std::string>& lockers) {
  const std::vector<ps::Ancestor> ancestors = ps::ancestors();
  // What a shell is left by (sudo, su) does not show that one can be had.
  const bool from_outside = std::ranges::any_of(change.services, [&](const std::string& service) {
    return !is_started_by_anybody(service) && !config::contains(kNoPlaceToConfirmFrom, service) &&
           !config::contains(lockers, service);
  });
  std::optional<ProofOfLogin> proof;
  for (const Passed& session : list) {
    if (session.phase != "open_session" || (from_outside && is_started_by_anybody(session.service)))
      continue;
    const auto process = opened_by(session, change, ancestors);
    if (!process) continue;
    if (was_asked(session, *process, list)) return ProofOfLogin{.service = session.service};
    if (session.by_key) proof = ProofOfLogin{.service = session.service, .by_key = true};
  }
  return proof;
}

bool nobody_logs_in_by(const RuleSet& rules, const ps::Change& change) {
  return std::ranges::all_of(change.services, [&](const std::string& service) {
    return config::contains(kNoPlaceToConfirmFrom, service) ||
           config::contains(rules.services.screen_lockers, service);
  });
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
                   const ProofOfLogin& proof) {
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
  const auto lines = ps::last_lines(configuration->settings.audit_file);
  if (!lines)
    return complain({.code = ExitCode::internal, .what = lines.error().message, .next = {}});
  const std::vector<Passed> list = passed_since(*lines, **change);
  const bool from_anywhere = nobody_logs_in_by(configuration->rules, **change);
  auto proof = proof_in(list, **change, configuration->rules.services.screen_lockers);
  if (from_anywhere && !list.empty()) proof = ProofOfLogin{.service = list.back().service};
  if (!proof) return complain_about_missing_proof(**change, from_anywhere);
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
