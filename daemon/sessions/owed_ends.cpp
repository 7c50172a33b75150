// SPDX-License-Identifier: Apache-2.0
#include "daemon/sessions/owed_ends.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "daemon/serving/trouble.h"

namespace usher {

bool OwedEnds::settle(std::vector<Effect> ends) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(ends, std::back_inserter(owed_));
  if (owed_.empty()) return true;
  const auto committed = store_.commit(owed_);
  if (!committed || *committed != CommitOutcome::committed) {
    report_trouble(fmt::format("{} ends of sessions are to be written down yet: {}", owed_.size(),
                               committed ? "a conflict" : committed.error().message));
    return false;
  }
  owed_.clear();
  return true;
}

}  // namespace usher
