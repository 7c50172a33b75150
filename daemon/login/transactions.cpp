// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/transactions.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "daemon/login/handover_bytes.h"

namespace usher {
namespace {

/// Of one format and one build of it: whoever reads this is the same usherd or the next.
constexpr std::string_view kMark = "usher transactions 2\n";

}  // namespace

bool Transactions::Success::serves(const Request& request, std::int64_t now) const {
  return service == request.service && rhost == request.rhost && now >= what.at &&
         now - what.at <= kLifetimeMicroseconds;
}

void Transactions::succeeded(const Request& request, Authenticated what) {
  // A pid alone may be another process by now.
  if (!request.caller.process().known()) return;
  const std::lock_guard lock(mutex_);
  std::erase(observed_, request.caller.process());
  if (successes_.size() == kCapacity) successes_.pop_front();
  successes_.push_back({.process = request.caller.process(),
                        .service = request.service,
                        .rhost = request.rhost,
                        .what = std::move(what)});
}

void Transactions::observed(const Request& request, Host& host) {
  const ProcessId process = request.caller.process();
  if (!process.known()) return;
  const std::lock_guard lock(mutex_);
  std::erase(observed_, process);
  if (observed_.size() >= enough_observed_) {
    std::erase_if(observed_, [&](const ProcessId& each) { return !host.is_there(each); });
    enough_observed_ = std::max(kFewObserved, 2 * observed_.size());
  }
  observed_.push_back(process);
}

bool Transactions::was_observed(const Request& request) {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(observed_, request.caller.process()) != observed_.end();
}

std::optional<Transactions::Authenticated> Transactions::take_for_account(
    const Request& request, const std::string& user, std::int64_t boot_microseconds) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(successes_, [&](const Success& success) {
    return success.process == request.caller.process() && !success.accounted &&
           success.serves(request, user, boot_microseconds);
  });
  if (found == successes_.end()) return std::nullopt;
  found->accounted = true;
  return found->what;
}

std::optional<Transactions::Authenticated> Transactions::take_for_session(
    const Request& request, const std::string& user, std::int64_t boot_microseconds) {
  const ProcessId caller = request.caller.process();
  if (!caller.known()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(successes_, [&](const Success& success) {
    return (success.process == caller || success.what.parent == caller) &&
           success.serves(request, user, boot_microseconds);
  });
  if (found == successes_.end()) return std::nullopt;
  Authenticated what = std::move(found->what);
  successes_.erase(found);
  return what;
}

std::optional<Transactions::Authenticated> Transactions::latest_of(const Request& request,
                                                                   std::int64_t boot_microseconds) {
  const std::lock_guard lock(mutex_);
  for (const Success& success : std::views::reverse(successes_))
    if (success.process == request.caller.process() && success.serves(request, boot_microseconds))
      return success.what;
  return std::nullopt;
}

std::string Transactions::handed_over() {
  const std::lock_guard lock(mutex_);
  // They are the next one's now: whoever is still being served here does not take them as well.
  const std::deque<Success> successes = std::exchange(successes_, {});
  HandoverWriter out(kMark);
  out.number(static_cast<std::int64_t>(successes.size()));
  for (const Success& success : successes) {
    out.process(success.process);
    out.process(success.what.parent);
    out.text(success.service);
    out.text(success.rhost);
    out.text(success.what.user);
    out.number(success.what.at);
    out.number(success.accounted ? 1 : 0);
    out.number(static_cast<std::int64_t>(success.what.proofs.size()));
    for (const EarnedProof& proof : success.what.proofs) out.proof(proof);
    out.number(static_cast<std::int64_t>(success.what.factors.size()));
    for (const std::string& factor : success.what.factors) out.text(factor);
    out.text(success.what.session);
  }
  out.number(static_cast<std::int64_t>(observed_.size()));
  for (const ProcessId& process : observed_) out.process(process);
  return out.take();
}

bool Transactions::take_over(std::string_view bytes) {
  HandoverReader in(kMark, bytes);
  std::deque<Success> successes;
  for (std::size_t left = in.count(); left > 0 && in.good(); --left) {
    Success success;
    success.process = in.process();
    success.what.parent = in.process();
    success.service = in.text();
    success.rhost = in.text();
    success.what.user = in.text();
    success.what.at = in.number();
    success.accounted = in.number() != 0;
    for (std::size_t proofs = in.count(); proofs > 0 && in.good(); --proofs)
      success.what.proofs.push_back(in.proof());
    for (std::size_t factors = in.count(); factors > 0 && in.good(); --factors)
      success.what.factors.push_back(in.text());
    success.what.session = in.text();
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
