// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/rollback_timer.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "pam_stacks/program.h"

namespace usher::pam_stacks {
namespace {

constexpr auto kUnit = "usher-pam-rollback.timer";

Result<void> systemctl(std::vector<std::string> words) {
  words.insert(words.begin(), "systemctl");
  const auto end = run_program(words);
  if (!end) return std::unexpected(end.error());
  if (end->status == 0) return {};
  return failure(fmt::format("`systemctl {} {}` failed: {}", words[1], kUnit, end->output));
}

}  // namespace

bool RollbackTimer::available() {
  struct stat status{};
  return ::lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

// Enabled, not only started: a reboot must not be what keeps a bad stack.
Result<void> RollbackTimer::start() {
  if (auto enabled = systemctl({"enable", "--now", "--quiet", kUnit}); !enabled) return enabled;
  return systemctl({"is-active", "--quiet", kUnit});
}

Result<void> RollbackTimer::stop() {
  if (!available()) return {};
  return systemctl({"disable", "--now", "--quiet", kUnit});
}

}  // namespace usher::pam_stacks
