// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "daemon/model/rule.h"
#include "daemon/policy/rule_index.h"

namespace usher {

/// The rules of one load, and how to find the one that decides. Never changes.
struct LoadedRules {
  explicit LoadedRules(RuleSet rules) : set(std::move(rules)), index(set) {}

  const RuleSet set;
  const RuleIndex index;  // points into `set`
};

/// The rules of the last good load. A dialogue takes them once and is judged by that set to its
/// end, whatever is reloaded meanwhile. Thread-safe.
class RulesInForce {
 public:
  explicit RulesInForce(RuleSet rules)
      : loaded_(std::make_shared<const LoadedRules>(std::move(rules))) {}

  [[nodiscard]] std::shared_ptr<const LoadedRules> loaded() const {
    const std::lock_guard lock(mutex_);
    return loaded_;
  }
  /// The rules alone.
  [[nodiscard]] std::shared_ptr<const RuleSet> get() const {
    auto now = loaded();
    const RuleSet* set = &now->set;
    return {std::move(now), set};
  }
  void replace(RuleSet rules) {
    auto fresh = std::make_shared<const LoadedRules>(std::move(rules));
    const std::lock_guard lock(mutex_);
    loaded_.swap(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const LoadedRules> loaded_;
};

}  // namespace usher
