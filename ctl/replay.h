// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/judged.h"
#include "daemon/model/person.h"
#include "daemon/policy/rules_in_force.h"

namespace usher::ctl {

/// Requests that would end otherwise, in the same way.
struct ReplayedChange {
  std::string user;  // empty: of no account
  std::string service;
  std::string from;
  std::string was;
  std::string becomes;
  std::string rule;  // the proposed one
  std::string at;
  auto operator<=>(const ReplayedChange&) const = default;
};
struct ChangeSeen {
  std::uint64_t times = 0;
  std::int64_t last = 0;  // microseconds since 1970
};

/// What came of a replay.
struct ReplayTally {
  std::uint64_t replayed = 0;
  std::uint64_t changed = 0;
  std::uint64_t other_rule = 0;  // that ends the same
  std::uint64_t unknowable = 0;  // the event had no room for all groups
  std::uint64_t damaged = 0;     // lines
  bool cut = false;              // there were more kinds of changes than are kept
  std::map<ReplayedChange, ChangeSeen> changes;
};

/// Judges the requests of an audit log anew, line by line. One thread at a time.
class Replay {
 public:
  /// Events before `since` (seconds since 1970) are passed over. `rules` must outlive this.
  Replay(const LoadedRules& rules, std::int64_t since);

  /// A line of the log, without its end.
  void line(std::string_view line);
  /// A line that is longer than any event.
  void damaged_line() { ++tally_.damaged; }
  [[nodiscard]] const ReplayTally& tally() const { return tally_; }

 private:
  void add_numbered_groups(Person& person) const;
  void again(RecordedRequest recorded);
  void note(ReplayedChange change, std::int64_t time);

  const LoadedRules& rules_;
  std::int64_t since_;
  std::vector<Group> numbered_;  // groups that the rules name by number
  ReplayTally tally_;
};

}  // namespace usher::ctl
