// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/group_cache.h"

#include <iterator>

namespace usher {

std::optional<GroupAnswer> GroupCache::get(std::string_view name) {
  const std::int64_t now = clock_.boot_microseconds();
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  const auto entry = found->second;
  if (now < entry->until) return entry->answer;
  erase(entry);
  return std::nullopt;
}

void GroupCache::put(std::string_view name, const GroupAnswer& answer, std::int64_t asked_at) {
  // Many name services list no members; then it is the account's own groups that tell, and they
  // leave out what a service that is down meanwhile would have said.
  const bool tells_nothing = answer && (!*answer || (*answer)->members.empty());
  const std::int64_t until = answer ? asked_at + limits_.found_microseconds
                                    : clock_.boot_microseconds() + limits_.failed_microseconds;
  const std::lock_guard lock(mutex_);
  if (forgotten_at_ && asked_at <= *forgotten_at_) return;
  if (const auto before = by_name_.find(name); before != by_name_.end()) erase(before->second);
  if (tells_nothing || limits_.entries == 0) return;
  if (entries_.size() >= limits_.entries) erase(entries_.begin());
  entries_.push_back({.name = std::string(name), .answer = answer, .until = until});
  by_name_.emplace(name, std::prev(entries_.end()));
}

void GroupCache::forget() {
  const std::int64_t now = clock_.boot_microseconds();
  const std::lock_guard lock(mutex_);
  by_name_.clear();
  entries_.clear();
  forgotten_at_ = now;
}

void GroupCache::erase(Entries::iterator entry) {
  by_name_.erase(entry->name);
  entries_.erase(entry);
}

}  // namespace usher
