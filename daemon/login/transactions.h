// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "daemon/model/request.h"

namespace usher {

/// Remembers which process was just told that somebody is authenticated, so that the account phase
/// of the same transaction knows it without believing the caller. Bounded: when full, the oldest
/// success is forgotten, and the account phase that wanted it denies. Thread-safe.
class Transactions {
 public:
  static constexpr std::size_t kCapacity = 4096;
  static constexpr std::int64_t kLifetimeMicroseconds = std::int64_t{300} * 1'000'000;

  /// Notes that the caller of `request` was told so about the canonical name `user`.
  void succeeded(const Request& request, const std::string& user, std::int64_t boot_microseconds);
  /// Takes that success back out, if there is one for the same process, service, remote host and
  /// user within the lifetime: it serves one account phase. A caller without a start time has no
  /// transactions: its pid alone may be another process by now.
  [[nodiscard]] bool take_success(const Request& request, const std::string& user,
                                  std::int64_t boot_microseconds);

 private:
  struct Success {
    pid_t pid;
    std::uint64_t start_time;
    std::string service;
    std::string rhost;
    std::string user;
    std::int64_t at;
  };
  std::mutex mutex_;
  std::deque<Success> successes_;
};

}  // namespace usher
