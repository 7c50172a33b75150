// SPDX-License-Identifier: Apache-2.0
#include "daemon/sessions/anchor_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace usher {
namespace {

constexpr std::uint64_t kKnock = 0;  // the key of the eventfd; no process is watched under it
constexpr int kRetryMilliseconds = 5'000;
constexpr std::size_t kAtOnce = 256;

std::unexpected<Error> failed(const char* what) {
  return failure(fmt::format("{}: {}", what, std::strerror(errno)));
}

bool add(int epoll, int descriptor, std::uint64_t key) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = key}};
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

Result<std::unique_ptr<AnchorWatch>> AnchorWatch::start(Ended ended) {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return failed("epoll_create1");
  UniqueFd knock(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!knock.valid()) return failed("eventfd");
  if (!add(epoll.get(), knock.get(), kKnock)) return failed("epoll_ctl");
  std::unique_ptr<AnchorWatch> watch(
      new AnchorWatch(std::move(epoll), std::move(knock), std::move(ended)));
  watch->thread_ = std::thread([&self = *watch] { self.run(); });
  return watch;
}

AnchorWatch::AnchorWatch(UniqueFd epoll, UniqueFd knock, Ended ended)
    : epoll_(std::move(epoll)), knock_(std::move(knock)), ended_(std::move(ended)) {}

AnchorWatch::~AnchorWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  call_again();
  if (thread_.joinable()) thread_.join();
}

Result<void> AnchorWatch::watch(std::uint64_t key, UniqueFd pidfd) {
  const std::lock_guard lock(mutex_);
  const int descriptor = pidfd.get();
  watched_.insert_or_assign(key, std::move(pidfd));
  if (add(epoll_.get(), descriptor, key)) return {};
  watched_.erase(key);
  return failed("epoll_ctl");
}

void AnchorWatch::unwatch(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  forget(key);
}

bool AnchorWatch::runs(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(key);
  if (found == watched_.end()) return false;
  pollfd wanted{.fd = found->second.get(), .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, 0) == 0;
}

void AnchorWatch::call_again() noexcept {
  const std::uint64_t one = 1;
  // Full already, it is readable as well.
  static_cast<void>(!::write(knock_.get(), &one, sizeof one));
}

void AnchorWatch::forget(std::uint64_t key) {
  const auto found = watched_.find(key);
  if (found == watched_.end()) return;
  static_cast<void>(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.get(), nullptr));
  watched_.erase(found);
}

void AnchorWatch::run() {
  bool done = true;
  std::array<epoll_event, kAtOnce> events{};
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   done ? -1 : kRetryMilliseconds);
    if (count < 0 && errno != EINTR) return;  // the descriptor is ours, so this can't be
    std::vector<std::uint64_t> keys;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      for (int i = 0; i < count; ++i) {
        const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
        if (key == kKnock) {
          std::uint64_t knocks = 0;
          static_cast<void>(!::read(knock_.get(), &knocks, sizeof knocks));
        } else {
          forget(key);
          keys.push_back(key);
        }
      }
    }
    if (count >= 0) done = ended_(keys);
  }
}

}  // namespace usher
