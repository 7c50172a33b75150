// SPDX-License-Identifier: Apache-2.0
#include "daemon/reloader.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/host/random_id.h"
#include "daemon/serving/trouble.h"

namespace usher {

Reloader::Reloader(std::filesystem::path file, Settings settings, RulesInForce& rules, Audit& audit,
                   const Clock& clock)
    : file_(std::move(file)),
      settings_(std::move(settings)),
      rules_(rules),
      audit_(audit),
      clock_(clock) {}

std::expected<void, ReloadFailure> Reloader::reload(const Caller& asked_by) {
  const std::lock_guard lock(one_at_a_time_);
  auto loaded = load_configuration(file_);
  if (!loaded) {
    std::string findings = render_all(loaded.error());
    const auto recorded =
        record(EventKind::rules_rejected, asked_by, rules_.get()->version, findings);
    if (!recorded) report_trouble(recorded.error().message);
    return std::unexpected(ReloadFailure{.in_configuration = true, .text = std::move(findings)});
  }
  const auto recorded =
      record(EventKind::rules_loaded, asked_by, loaded->rules.version,
             fmt::format("{} rules, before {}", loaded->rules.rules.size(), rules_.get()->version));
  if (!recorded)
    return std::unexpected(
        ReloadFailure{.text = "the old rules stay, since the change can't be recorded: " +
                              recorded.error().message});
  if (loaded->settings != settings_)
    report_trouble(fmt::format(
        "{} has new settings beside the rules; they take effect when usherd is restarted",
        file_.string()));
  rules_.replace(std::move(loaded->rules));
  return {};
}

Result<void> Reloader::record(EventKind kind, const Caller& asked_by, std::string version,
                              std::string reason) {
  AuditEvent event;
  event.kind = kind;
  event.id = new_random_id();
  event.time_microseconds = clock_.wall_microseconds();
  event.request.caller = asked_by;
  event.rules_version = std::move(version);
  event.reason = std::move(reason);
  return audit_.record(event);
}

}  // namespace usher
