// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/host/clock.h"
#include "daemon/host/host.h"

namespace usher {

struct GroupCacheLimits {
  std::size_t entries = 4096;                    // beyond which the oldest goes
  std::int64_t found_microseconds = 10'000'000;  // after it was asked for
  std::int64_t failed_microseconds = 1'000'000;  // after it failed
};

/// What was last heard of groups, for a bounded time on the boot clock. A failure is kept too, as
/// the Error it was, so that a name service that is down is not waited for once per login. That
/// there is no such group is not kept: many name services say so when they are down. Thread-safe.
class GroupCache {
 public:
  /// `clock` must outlive the cache.
  explicit GroupCache(const Clock& clock, GroupCacheLimits limits = {})
      : clock_(clock), limits_(limits) {}

  /// The answer as it was, while it counts.
  [[nodiscard]] std::optional<GroupAnswer> get(std::string_view name);
  /// `asked_at`: on the boot clock, in microseconds, when the name services were asked for it.
  void put(std::string_view name, const GroupAnswer& answer, std::int64_t asked_at);
  /// Drops all, and what was asked for until now.
  void forget();

 private:
  struct Entry {
    std::string name;
    GroupAnswer answer;
    std::int64_t until = 0;  // on the boot clock, in microseconds
  };
  using Entries = std::list<Entry>;
  void erase(Entries::iterator entry);

  const Clock& clock_;
  const GroupCacheLimits limits_;
  std::mutex mutex_;
  // All guarded by mutex_.
  Entries entries_;  // the oldest first
  std::map<std::string, Entries::iterator, std::less<>> by_name_;
  std::optional<std::int64_t> forgotten_at_;
};

}  // namespace usher
