// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

/// Waits for processes to end, in one thread that sleeps until one does (epoll(7) over pidfds).
/// Thread-safe.
class AnchorWatch {
 public:
  /// Told of those that have ended, by the keys they are watched under, several at once where they
  /// end together; called in the watch's own thread. False: something is left to be done, and the
  /// watch calls again with no keys, soon or when the next one ends.
  using Ended = std::function<bool(std::span<const std::uint64_t> keys)>;

  [[nodiscard]] static Result<std::unique_ptr<AnchorWatch>> start(Ended ended);
  AnchorWatch(const AnchorWatch&) = delete;
  AnchorWatch& operator=(const AnchorWatch&) = delete;
  /// Waits for a call that is under way.
  ~AnchorWatch();

  /// From now on `ended` is told of the process behind `pidfd`, once, also where it has ended
  /// already. `key` is nobody else's. An Error where the kernel watches no more.
  [[nodiscard]] Result<void> watch(std::uint64_t key, UniqueFd pidfd);
  /// `ended` is not told of what is watched under `key` any more, but where it is being told right
  /// now.
  void unwatch(std::uint64_t key);
  /// Whether the process watched under `key` has not ended yet, whatever `ended` was told by now.
  /// As long as that is so, its pid is nobody else's.
  [[nodiscard]] bool runs(std::uint64_t key);
  /// Calls `ended` with no keys, soon.
  void call_again() noexcept;

 private:
  AnchorWatch(UniqueFd epoll, UniqueFd knock, Ended ended);
  void run();
  void forget(std::uint64_t key);  // under mutex_

  const UniqueFd epoll_;
  const UniqueFd knock_;  // eventfd(2)
  const Ended ended_;
  std::mutex mutex_;
  std::map<std::uint64_t, UniqueFd> watched_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::thread thread_;
};

}  // namespace usher
