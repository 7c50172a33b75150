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

#include "ctl/control_query.h"
#include "ctl/pam_wish.h"
#include "ctl/plain_text.h"
#include "daemon/config/config.h"
#include "daemon/config/lists.h"
#include "pam_stacks/proof_of_login.h"
#include "pam_stacks/rollback_timer.h"

namespace usher::ctl {
namespace {

namespace ps = pam_stacks;

constexpr int kEventsLookedAt = 2000;

/// Where nobody logs in, and usherctl is not started from.
constexpr std::array<std::string_view, 7> kNoPlaceToConfirmFrom = {
    "atd", "chfn", "chsh", "cron", "crond", "polkit-1", "systemd-user"};

/// An event of the log, as far as it proves a login.
struct Passed {
  std::int64_t microseconds = 0;
  std::string service;
  bool session = false;
  std::int64_t pid = 0;
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

/// None for a line that tells of no success.
std::optional<Passed> passed_by(const Json& line) {
  const Json event = Json::parse(line.get<std::string>(), nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) return std::nullopt;
  const std::string outcome = event.value("outcome", "");
  if (outcome != "accepted" && outcome != "opened" && outcome != "observed") return std::nullopt;
  const auto time = microseconds_of(event.value("time", ""));
  if (!time) return std::nullopt;
  const Json caller = event.value("caller", Json::object());
  return Passed{.microseconds = *time,
                .service = event.value("service", ""),
                .session = event.value("phase", "") == "open_session",
                .pid = caller.value("pid", std::int64_t{0})};
}

/// Whether a process that this one descends from opened its session by the new stacks. A pid alone
/// may be another's by now; a process that began after the event is.
bool comes_from(const Passed& passed, const std::vector<ps::Ancestor>& ancestors) {
  return passed.session && std::ranges::any_of(ancestors, [&](const ps::Ancestor& ancestor) {
           return ancestor.pid == passed.pid &&
                  ancestor.started_microseconds <= passed.microseconds;
         });
}

/// The service of a login that proves that the new stacks let people in; empty where there is none.
std::string proof_in(const Json& reply, const ps::Change& change, bool from_anywhere) {
  const std::vector<ps::Ancestor> ancestors = ps::ancestors();
  for (const Json& line : reply.at("events")) {
    const auto passed = passed_by(line);
    if (!passed || passed->microseconds < change.made_microseconds ||
        !config::contains(change.services, passed->service))
      continue;
    if (from_anywhere || comes_from(*passed, ancestors)) return passed->service;
  }
  return {};
}

bool nobody_logs_in_by(const Globals& globals, const ps::Change& change) {
  const auto configuration = load_configuration(globals.config);
  const std::vector<std::string> lockers =
      configuration ? configuration->rules.services.screen_lockers : ServiceTraits().screen_lockers;
  return std::ranges::all_of(change.services, [&](const std::string& service) {
    return config::contains(kNoPlaceToConfirmFrom, service) || config::contains(lockers, service);
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
                   const std::string& service) {
  if (const auto kept = changes.confirm(change); !kept)
    return complain({.code = ExitCode::internal, .what = kept.error().message, .next = {}});
  if (const auto stopped = ps::RollbackTimer::stop(); !stopped)
    return complain({.code = ExitCode::internal,
                     .what = "confirmed, but the timer still runs: " + stopped.error().message,
                     .next = "It does nothing any more; stop it by that command."});
  if (globals.json)
    print_json({{"confirmed", true}, {"services", change.services}, {"by_login_through", service}});
  else
    fmt::print(
        "Confirmed by a login through {}: the stacks stay.\n"
        "`usherctl pam rollback` still puts back those of before.\n",
        plain_line(service));
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
  const bool from_anywhere = nobody_logs_in_by(globals, **change);
  return ask_control(globals, "Log", Json{{"count", kEventsLookedAt}}, [&](const Json& reply) {
    const std::string service = proof_in(reply, **change, from_anywhere);
    if (service.empty()) return complain_about_missing_proof(**change, from_anywhere);
    return confirmed(globals, *changes, **change, service);
  });
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
services that it changed, sudo included: usherd's log must have its session, so that a machine
which nobody can get into any more is never confirmed. For services that nobody logs in by
(screen lockers, polkit, cron), any success since then will do.

Examples:
  ssh root@thismachine usherctl pam confirm
  sudo usherctl pam confirm)",
    .setup = setup_pam_confirm};

}  // namespace usher::ctl
