// SPDX-License-Identifier: Apache-2.0
#include "daemon/process.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "daemon/server/signals.h"

namespace usher {
namespace {

/// A dialogue has its socket, and what a name service opens on its behalf.
void raise_descriptor_limit(const Settings& settings) {
  const rlim_t wanted =
      256 + rlim_t{4} * (rlim_t{settings.root_dialogues} + settings.self_dialogues);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace

Result<void> prepare_process(const Settings& settings) {
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::setrlimit(RLIMIT_CORE, &no_core) != 0)
    return failure(fmt::format("can't turn core dumps off: {}", ::strerrordesc_np(errno)));
  ::umask(S_IRWXG | S_IRWXO);
  // By default each of many threads tends to get an arena of its own, megabytes for a prompt that
  // waits.
  ::mallopt(M_ARENA_MAX, 2);
  // Libraries free copies of what they are given without wiping them (libqrencode the address with
  // a seed in it): all that is freed is overwritten.
  ::mallopt(M_PERTURB, 0xff);
  raise_descriptor_limit(settings);
  return take_over_signals();
}

void notify_ready() { ::sd_notify(0, "READY=1"); }

void notify_reloading() {
  timespec now{};
  static_cast<void>(::clock_gettime(CLOCK_MONOTONIC, &now));
  const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
  ::sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds).c_str());
}

void notify_stopping() { ::sd_notify(0, "STOPPING=1"); }

}  // namespace usher
