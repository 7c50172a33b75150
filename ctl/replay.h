// SPDX-License-Identifier: Apache-2.0
// Requests of the audit log, judged again by other rules.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/decision.h"
#include "daemon/model/judged.h"
#include "daemon/model/rule.h"

namespace usher::ctl {

/// What came of a request: what is compared, and what is told.
struct ReplayedOutcome {
  Decision::Kind kind = Decision::Kind::denied;
  Decision::Kind would = Decision::Kind::denied;
  std::vector<Requirement> missing;  // in one order, whatever the rule's
  std::string rule;
  std::string at;  // "file:line"
};

/// Requests that are alike, and end otherwise by other rules.
struct ChangedRequests {
  std::string user;  // empty: nobody whom the machine knew
  std::string service;
  std::string from;  // empty: local
  ReplayedOutcome before;
  ReplayedOutcome after;
  std::string reason;  // of `after`, for the last one
  std::size_t requests = 0;
  std::int64_t last_microseconds = 0;
};

/// Takes lines of the log one by one. Its memory is bounded: of kinds of changed requests
/// kMostKinds are kept, and the others are only counted. One thread.
class Replay {
 public:
  static constexpr std::size_t kMostKinds = 10'000;

  /// `rules` are borrowed. What was before `since` (microseconds since 1970) is passed over.
  Replay(const RuleSet& rules, std::int64_t since);

  void take(std::string_view line);
  /// Judges a request again.
  void judge_again(RecordedRequest recorded);

  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
  [[nodiscard]] std::size_t changed() const noexcept { return changed_; }
  /// That end as they did, by a rule of another name.
  [[nodiscard]] std::size_t by_other_rule() const noexcept { return by_other_rule_; }
  /// Lines that are no event, such as one that a full disk cut short.
  [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }
  /// Of changed(), those of kinds that are not kept.
  [[nodiscard]] std::size_t untold() const noexcept { return untold_; }
  /// The most frequent first.
  [[nodiscard]] std::vector<ChangedRequests> changes() const;

 private:
  void count(const RecordedRequest& recorded, ReplayedOutcome before, const Decision& decision);

  const RuleSet& rules_;
  std::int64_t since_;
  std::set<std::string> rule_groups_;
  std::map<std::string, ChangedRequests> kinds_;
  std::size_t requests_ = 0;
  std::size_t changed_ = 0;
  std::size_t by_other_rule_ = 0;
  std::size_t damaged_ = 0;
  std::size_t untold_ = 0;
};

}  // namespace usher::ctl
