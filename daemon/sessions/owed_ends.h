// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/store/store.h"

namespace usher {

/// The ends of sessions, on their way into the store: what can't be written down now, on a full
/// disk, is kept, and goes with the next. Thread-safe.
class OwedEnds {
 public:
  /// `store` outlives this.
  explicit OwedEnds(Store& store) : store_(store) {}
  /// Commits `ends`, none of which can conflict, and all that is owed. False, and told as trouble,
  /// where that fails: then they are owed, too.
  [[nodiscard]] bool settle(std::vector<Effect> ends);

 private:
  Store& store_;
  std::mutex mutex_;
  std::vector<Effect> owed_;  // guarded by mutex_
};

}  // namespace usher
