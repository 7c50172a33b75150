// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/signals.h"

#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <cstring>
#include <ctime>

namespace usher {
namespace {

sigset_t daemon_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

Result<void> take_over_signals() {
  const sigset_t set = daemon_signals();
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  if (::sigaction(SIGPIPE, &ignore, nullptr) != 0)
    return failure(fmt::format("can't ignore SIGPIPE: {}", ::strerrordesc_np(errno)));
  // What was ignored by whoever started us (nohup) would never be delivered to sigwait.
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &standard, nullptr);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
    return failure(fmt::format("can't block signals: {}", ::strerrordesc_np(error)));
  return {};
}

DaemonSignal wait_for_signal(std::optional<std::chrono::microseconds> patience) {
  const sigset_t set = daemon_signals();
  timespec time{};
  if (patience) {
    time.tv_sec = static_cast<time_t>(patience->count() / 1'000'000);
    time.tv_nsec = static_cast<long>(patience->count() % 1'000'000) * 1'000;
  }
  int signal = -1;
  // Who was stopped and continued (SIGSTOP) wakes up early: that counts as in time.
  while ((signal = ::sigtimedwait(&set, nullptr, patience ? &time : nullptr)) < 0)
    if (patience) return DaemonSignal::none;
  return signal == SIGHUP ? DaemonSignal::reload : DaemonSignal::stop;
}

}  // namespace usher
