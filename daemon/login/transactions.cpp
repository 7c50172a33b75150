// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/transactions.h"

#include <algorithm>

namespace usher {

bool Transactions::Success::serves(const Request& request, const std::string& canonical,
                                   std::int64_t now) const {
  return service == request.service && rhost == request.rhost && user == canonical && now >= at &&
         now - at <= kLifetimeMicroseconds;
}

void Transactions::succeeded(const Request& request, const std::string& user,
                             std::int64_t boot_microseconds, const ProcessId& parent) {
  // A pid alone may be another process by now.
  if (!request.caller.process().known()) return;
  const std::lock_guard lock(mutex_);
  std::erase(observed_, request.caller.process());
  if (successes_.size() == kCapacity) successes_.pop_front();
  successes_.push_back({.process = request.caller.process(),
                        .parent = parent,
                        .service = request.service,
                        .rhost = request.rhost,
                        .user = user,
                        .at = boot_microseconds});
}

void Transactions::observed(const Request& request, Host& host) {
  const ProcessId process = request.caller.process();
  if (!process.known()) return;
  const std::lock_guard lock(mutex_);
  std::erase(observed_, process);
  if (observed_.size() >= enough_observed_) {
    std::erase_if(observed_, [&](const ProcessId& each) {
      return host.start_time_of(each.pid) != each.start_time;
    });
    enough_observed_ = std::max(kFewObserved, 2 * observed_.size());
  }
  observed_.push_back(process);
}

bool Transactions::was_observed(const Request& request) {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(observed_, request.caller.process()) != observed_.end();
}

bool Transactions::take_for_account(const Request& request, const std::string& user,
                                    std::int64_t boot_microseconds) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(successes_, [&](const Success& success) {
    return success.process == request.caller.process() && !success.accounted &&
           success.serves(request, user, boot_microseconds);
  });
  if (found == successes_.end()) return false;
  found->accounted = true;
  return true;
}

bool Transactions::take_for_session(const Request& request, const std::string& user,
                                    std::int64_t boot_microseconds) {
  const ProcessId caller = request.caller.process();
  if (!caller.known()) return false;
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(successes_, [&](const Success& success) {
    return (success.process == caller || success.parent == caller) &&
           success.serves(request, user, boot_microseconds);
  });
  if (found == successes_.end()) return false;
  successes_.erase(found);
  return true;
}

}  // namespace usher
