// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/transactions.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace usher {
namespace {

/// Of one format and one build of it: whoever reads this is the same usherd or the next.
constexpr std::string_view kMark = "usher transactions 1\n";
constexpr std::size_t kLongestText = 4'096;

class Writer {
 public:
  void number(std::int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(const std::string& value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_ += value;
  }
  void process(const ProcessId& value) {
    number(value.pid);
    number(static_cast<std::int64_t>(value.start_time));
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_{kMark};
};

/// What is not there reads as nothing, and from then on nothing is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : good_(bytes.starts_with(kMark)), rest_(bytes) {
    if (good_) rest_.remove_prefix(kMark.size());
  }
  std::int64_t number() {
    std::int64_t value = 0;
    if (rest_.size() < sizeof value) good_ = false;
    if (!good_) return 0;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const std::int64_t size = number();
    if (size < 0 || size > static_cast<std::int64_t>(kLongestText) ||
        rest_.size() < static_cast<std::size_t>(size))
      good_ = false;
    if (!good_) return {};
    std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
    rest_.remove_prefix(value.size());
    return value;
  }
  ProcessId process() {
    const auto pid = static_cast<pid_t>(number());
    return {.pid = pid, .start_time = static_cast<std::uint64_t>(number())};
  }
  /// How many items follow, of which none is smaller than a number.
  std::size_t count() {
    const std::int64_t value = number();
    if (value < 0 || static_cast<std::size_t>(value) > rest_.size() / sizeof value) good_ = false;
    return good_ ? static_cast<std::size_t>(value) : 0;
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool whole() const { return good_ && rest_.empty(); }

 private:
  bool good_;
  std::string_view rest_;
};

}  // namespace

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

std::string Transactions::handed_over() {
  const std::lock_guard lock(mutex_);
  // They are the next one's now: whoever is still being served here does not take them as well.
  const std::deque<Success> successes = std::exchange(successes_, {});
  Writer out;
  out.number(static_cast<std::int64_t>(successes.size()));
  for (const Success& success : successes) {
    out.process(success.process);
    out.process(success.parent);
    out.text(success.service);
    out.text(success.rhost);
    out.text(success.user);
    out.number(success.at);
    out.number(success.accounted ? 1 : 0);
  }
  out.number(static_cast<std::int64_t>(observed_.size()));
  for (const ProcessId& process : observed_) out.process(process);
  return out.take();
}

bool Transactions::take_over(std::string_view bytes) {
  Reader in(bytes);
  std::deque<Success> successes;
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) {
    Success success;
    success.process = in.process();
    success.parent = in.process();
    success.service = in.text();
    success.rhost = in.text();
    success.user = in.text();
    success.at = in.number();
    success.accounted = in.number() != 0;
    successes.push_back(std::move(success));
  }
  std::vector<ProcessId> observed;
  for (std::size_t left = in.count(); left > 0 && in.good(); --left)
    observed.push_back(in.process());
  if (!in.whole() || successes.size() > kCapacity) return false;
  const std::lock_guard lock(mutex_);
  for (Success& success : successes)
    if (successes_.size() < kCapacity) successes_.push_back(std::move(success));
  observed_.insert(observed_.end(), observed.begin(), observed.end());
  return true;
}

}  // namespace usher
