// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/ancestors.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <optional>

#include "daemon/host/parse.h"
#include "daemon/review/plain_file.h"

namespace usher::pam_stacks {
namespace {

constexpr std::size_t kMost = 256;  // processes deep; machines have some twenty

std::int64_t microseconds_on(clockid_t clock) {
  timespec now{};
  static_cast<void>(::clock_gettime(clock, &now));
  return std::int64_t{1'000'000} * now.tv_sec + now.tv_nsec / 1'000;
}

std::optional<ProcessStat> stat_of(pid_t pid) {
  const auto text = review::read_plain_file(fmt::format("/proc/{}/stat", pid));
  return text ? parse_stat(*text) : std::nullopt;
}

}  // namespace

std::vector<Ancestor> ancestors() {
  const std::int64_t booted = microseconds_on(CLOCK_REALTIME) - microseconds_on(CLOCK_BOOTTIME);
  const std::int64_t tick = 1'000'000 / ::sysconf(_SC_CLK_TCK);
  std::vector<Ancestor> list;
  for (pid_t pid = ::getpid(); pid > 0 && list.size() < kMost;) {
    const auto stat = stat_of(pid);
    if (!stat) break;
    const auto ticks = static_cast<std::int64_t>(stat->start_time);
    list.push_back({.pid = pid, .started_microseconds = booted + ticks * tick});
    pid = stat->parent;
  }
  return list;
}

}  // namespace usher::pam_stacks
