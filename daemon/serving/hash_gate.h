// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>

#include "usher/deadline.h"

namespace usher {

/// Lets a bounded number of password hashes run at once, so that a thousand attempts cost a bounded
/// amount of memory. First come, first served. Thread-safe.
class HashGate {
 public:
  /// `places`: hashes at a time, at least 1.
  explicit HashGate(unsigned places) : free_(places > 0 ? places : 1) {}

  /// A place at the gate, given back on destruction; empty where the deadline passed first.
  class Place {
   public:
    Place() = default;
    explicit Place(HashGate* gate) noexcept : gate_(gate) {}
    Place(Place&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    [[nodiscard]] bool held() const noexcept { return gate_ != nullptr; }

   private:
    HashGate* gate_ = nullptr;
  };
  [[nodiscard]] Place enter(Deadline deadline);

 private:
  struct Waiter {
    std::condition_variable called;
    bool admitted = false;
  };
  void leave() noexcept;

  std::mutex mutex_;
  unsigned free_;               // under mutex_; above 0 only while nobody waits
  std::list<Waiter*> waiting_;  // under mutex_; in order of arrival
};

}  // namespace usher
