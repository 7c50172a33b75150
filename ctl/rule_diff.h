// SPDX-License-Identifier: Apache-2.0
// What is different between two lists of rules. Rules are told by their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/rule.h"

namespace usher::ctl {

/// A key of a rule, with sets expanded.
struct RuleValue {
  std::string_view key;
  std::vector<std::string> values;  // sorted where their order means nothing; empty: not written
  std::string_view otherwise;       // what a rule without the key has
};

/// All keys but `name`, in the order of docs/rules.md.
[[nodiscard]] std::vector<RuleValue> values_of(const Rule& rule);

struct ValueChange {
  RuleValue before;
  RuleValue after;
};

/// A rule that is not in both lists, or not the same, or not in the same order among the others.
struct RuleChange {
  const Rule* before = nullptr;  // none: added
  const Rule* after = nullptr;   // none: removed
  bool moved = false;
  // Of a moved one, the rule that stands before it; none: it is the first.
  const Rule* behind_before = nullptr;
  const Rule* behind_after = nullptr;
  std::vector<ValueChange> values;  // of a rule in both lists
};

/// In the order of `after`; what was removed stands where it was. Points into both lists.
[[nodiscard]] std::vector<RuleChange> difference(const std::vector<Rule>& before,
                                                 const std::vector<Rule>& after);

}  // namespace usher::ctl
