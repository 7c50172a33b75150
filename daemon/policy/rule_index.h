// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/model/rule.h"
#include "daemon/policy/hours_index.h"
#include "daemon/policy/judge.h"
#include "daemon/policy/list_index.h"
#include "daemon/policy/predicates.h"

namespace usher {

/// The rules of one load, made ready to be judged by: finds the rule that decides without reading
/// the others' lists. Its size grows with theirs, and so does the time it takes to make. Points
/// into `rules`, which have to stay where they are for as long as it lives. Thread-safe once made.
class RuleIndex {
 public:
  explicit RuleIndex(const RuleSet& rules);
  RuleIndex(const RuleIndex&) = delete;
  RuleIndex& operator=(const RuleIndex&) = delete;
  RuleIndex(RuleIndex&&) = delete;
  RuleIndex& operator=(RuleIndex&&) = delete;
  ~RuleIndex() = default;

  [[nodiscard]] const RuleSet& rules() const noexcept { return rules_; }
  /// Every group that a rule names, once, in order.
  [[nodiscard]] std::span<const std::string_view> group_names() const noexcept {
    return group_names_;
  }

  /// The first rule that is not ruled out, and how it stands to the request: what a look at one
  /// rule after the other would find. None where all are ruled out.
  [[nodiscard]] std::optional<std::pair<const Rule*, policy::Standing>> find_rule(
      const Facts& facts) const;

 private:
  class Search;

  const RuleSet& rules_;
  policy::NameIndex services_;
  policy::NameIndex users_;
  policy::NameIndex groups_;
  policy::OriginIndex from_;
  policy::OriginIndex not_from_;
  policy::NameIndex ttys_;
  policy::HoursIndex hours_;
  std::vector<std::string_view> group_names_;
};

/// The same decision as that by `index.rules()`, whose rules it points to; soon also with many.
[[nodiscard]] Decision judge(const RuleIndex& index, const Facts& facts);

}  // namespace usher
