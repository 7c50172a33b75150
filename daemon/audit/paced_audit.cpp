// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/paced_audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/model/network.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

/// What anybody can bring about as often as they like. Who is not root passes the account phase,
/// too, without anything to be asked for.
bool is_paced(const AuditEvent& event) {
  switch (event.kind) {
    case EventKind::login_denied:
    case EventKind::dialogue_aborted:
    case EventKind::account_denied:
    case EventKind::session_denied:
    case EventKind::request_refused:
    case EventKind::credential_refused:
    case EventKind::breakglass_refused:
      return true;
    case EventKind::account_accepted:
      return !event.request.caller.trusted;
    case EventKind::request_observed:
      return !event.request.caller.trusted || event.request.phase == Phase::authenticate ||
             event.request.phase == Phase::password;
    default:
      return false;
  }
}

}  // namespace

std::string pacing_name_of(const Request& request) {
  const Caller& caller = request.caller;
  if (!caller.trusted) return fmt::format("uid {}", caller.uid);
  if (caller.person != 0) return fmt::format("uid {}", caller.person);
  if (!request.rhost.empty()) return "host " + counting_name_of(request.rhost);
  return "ruser " + request.ruser;
}

Result<void> PacedAudit::record(const AuditEvent& event) {
  std::optional<std::uint64_t> unlisted = 0;
  if (is_paced(event)) unlisted = take_turn(pacing_name_of(event.request));
  if (!unlisted) return {};
  Result<void> recorded;
  if (*unlisted == 0) {
    recorded = log_.record(event);
  } else {
    AuditEvent told = event;
    told.reason += fmt::format(" ({} more events of this source, not listed)", *unlisted);
    recorded = log_.record(told);
  }
  if (!recorded) tell_trouble(recorded.error().message);
  return recorded;
}

std::uint64_t PacedAudit::take_unlisted() {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = std::exchange(others_.unlisted, 0);
  for (auto& [name, source] : sources_) all += std::exchange(source.unlisted, 0);
  return all;
}

std::optional<std::uint64_t> PacedAudit::take_turn(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now = clock_.boot_microseconds();
  Source& source = source_named(name, now);
  const std::int64_t full_at = std::max(source.full_at, now) + kMicrosecondsPerLine;
  if (full_at - now > kBurst * kMicrosecondsPerLine) {
    ++source.unlisted;
    return std::nullopt;
  }
  source.full_at = full_at;
  return std::exchange(source.unlisted, 0);
}

PacedAudit::Source& PacedAudit::source_named(const std::string& name, std::int64_t now) {
  if (const auto found = sources_.find(name); found != sources_.end()) return found->second;
  if (sources_.size() >= kMostSources) forget_the_quiet(now);
  if (sources_.size() >= kMostSources) return others_;
  return sources_[name];
}

void PacedAudit::forget_the_quiet(std::int64_t now) {
  std::erase_if(sources_, [&](const auto& entry) {
    const bool quiet = entry.second.full_at <= now;
    if (quiet) others_.unlisted += entry.second.unlisted;
    return quiet;
  });
}

void PacedAudit::tell_trouble(const std::string& what) {
  std::uint64_t untold = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = clock_.boot_microseconds();
    if (trouble_told_ && now - *trouble_told_ < kMicrosecondsPerTrouble) {
      ++troubles_untold_;
      return;
    }
    trouble_told_ = now;
    untold = std::exchange(troubles_untold_, 0);
  }
  report_trouble(untold == 0
                     ? fmt::format("an event is not recorded, so nobody is let in: {}", what)
                     : fmt::format("{} more events are not recorded, so nobody is let in: {}",
                                   untold + 1, what));
}

}  // namespace usher
