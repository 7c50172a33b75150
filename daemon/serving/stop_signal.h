// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

/// Says once, to every thread that waits, that the daemon goes down. Waiting threads poll
/// descriptor() beside what they wait for, so that none of them ever has to wake up just to look.
/// Thread-safe.
class StopSignal {
 public:
  [[nodiscard]] static Result<StopSignal> create();

  /// From now on descriptor() is readable, for good.
  void raise() const noexcept;
  [[nodiscard]] bool raised() const noexcept;
  /// An eventfd(2), for poll(2) alone; stays with this object.
  [[nodiscard]] int descriptor() const noexcept { return event_.get(); }

 private:
  explicit StopSignal(UniqueFd event) noexcept : event_(static_cast<UniqueFd&&>(event)) {}
  UniqueFd event_;
};

}  // namespace usher
