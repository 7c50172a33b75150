// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/transactions.h"

#include <algorithm>

namespace usher {

void Transactions::succeeded(const Request& request, const std::string& user,
                             std::int64_t boot_microseconds) {
  const std::lock_guard lock(mutex_);
  if (successes_.size() == kCapacity) successes_.pop_front();
  successes_.push_back({.pid = request.caller.pid,
                        .start_time = request.caller.start_time,
                        .service = request.service,
                        .rhost = request.rhost,
                        .user = user,
                        .at = boot_microseconds});
}

bool Transactions::take_success(const Request& request, const std::string& user,
                                std::int64_t boot_microseconds) {
  if (request.caller.start_time == 0) return false;
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(successes_, [&](const Success& success) {
    return success.pid == request.caller.pid && success.start_time == request.caller.start_time &&
           success.service == request.service && success.rhost == request.rhost &&
           success.user == user && boot_microseconds >= success.at &&
           boot_microseconds - success.at <= kLifetimeMicroseconds;
  });
  if (found == successes_.end()) return false;
  successes_.erase(found);
  return true;
}

}  // namespace usher
