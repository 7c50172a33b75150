// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/hash_gate.h"

#include <chrono>

namespace usher {

HashGate::Place HashGate::enter(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (free_ > 0) {
    --free_;
    return Place(this);
  }
  Waiter waiter;
  const auto position = waiting_.insert(waiting_.end(), &waiter);
  while (!waiter.admitted && !deadline.passed())
    waiter.called.wait_for(lock, std::chrono::milliseconds(deadline.remaining_milliseconds()));
  if (waiter.admitted) return Place(this);
  waiting_.erase(position);
  return {};
}

// A place goes straight to who has waited longest: a newcomer can't slip in between.
void HashGate::leave() noexcept {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  Waiter* const next = waiting_.front();
  waiting_.pop_front();
  next->admitted = true;
  // Under the lock: once it is released, the waiter may return and take `called` with it.
  next->called.notify_one();
}

HashGate::Place::~Place() {
  if (gate_ != nullptr) gate_->leave();
}

}  // namespace usher
