// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "daemon/model/rule.h"

namespace usher {

/// The rules of the last good load. A dialogue takes them once and is judged by that set to its
/// end, whatever is reloaded meanwhile. Thread-safe.
class RulesInForce {
 public:
  explicit RulesInForce(RuleSet rules)
      : rules_(std::make_shared<const RuleSet>(std::move(rules))) {}

  [[nodiscard]] std::shared_ptr<const RuleSet> get() const {
    const std::lock_guard lock(mutex_);
    return rules_;
  }
  void replace(RuleSet rules) {
    auto fresh = std::make_shared<const RuleSet>(std::move(rules));
    const std::lock_guard lock(mutex_);
    rules_.swap(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const RuleSet> rules_;
};

}  // namespace usher
