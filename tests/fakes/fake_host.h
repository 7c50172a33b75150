// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/host/host.h"

namespace usher::testing {

/// A machine with the accounts a test gives it. Thread-safe.
class FakeHost final : public Host {
 public:
  using Host::find_user;

  /// Adds or replaces the account `name`.
  void add_user(std::string name, uid_t uid, std::vector<Group> groups = {}) {
    const std::lock_guard lock(mutex_);
    Person person{.name = name, .uid = uid, .groups = std::move(groups)};
    accounts_.insert_or_assign(std::move(name), std::move(person));
  }
  /// Makes `spelling` find the account `canonical`, as a case-insensitive directory would.
  void add_spelling(std::string spelling, std::string_view canonical) {
    const std::lock_guard lock(mutex_);
    if (const auto found = accounts_.find(canonical); found != accounts_.end())
      accounts_.insert_or_assign(std::move(spelling), Person(found->second));
  }
  void remove_user(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = accounts_.find(name); found != accounts_.end()) accounts_.erase(found);
  }
  /// While set, every look-up of an account is an Error.
  void fail_lookups(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_lookups_ = fail;
  }
  /// Adds or replaces a group. Those that accounts were added with are there without this.
  void add_group(std::string name, NamedGroup group) {
    const std::lock_guard lock(mutex_);
    groups_.insert_or_assign(std::move(name), std::move(group));
  }
  /// While set, every look-up of a group is an Error and accounts seem to be in none, as where
  /// getgrouplist(3) meets a name service that is down.
  void fail_groups(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_groups_ = fail;
  }
  /// `ticks` of 0 makes the process one whose start time can't be read.
  void set_start_time(pid_t pid, std::uint64_t ticks) {
    const std::lock_guard lock(mutex_);
    start_times_[pid] = ticks;
  }
  void set_real_uid(pid_t pid, uid_t uid) {
    const std::lock_guard lock(mutex_);
    real_uids_[pid] = uid;
  }

  void set_parent(pid_t child, const ProcessId& parent) {
    const std::lock_guard lock(mutex_);
    parents_[child] = parent;
  }

  [[nodiscard]] Result<std::optional<Person>> find_user(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    if (fail_lookups_) return failure("the fake name service is down");
    if (const auto found = accounts_.find(name); found != accounts_.end())
      return seen(found->second);
    return std::nullopt;
  }
  [[nodiscard]] Result<std::optional<Person>> find_user(uid_t uid) override {
    const std::lock_guard lock(mutex_);
    if (fail_lookups_) return failure("the fake name service is down");
    for (const auto& [spelling, person] : accounts_)
      if (person.uid == uid) return seen(person);
    return std::nullopt;
  }
  [[nodiscard]] GroupAnswer find_group(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    if (fail_groups_) return failure("the fake group service is down");
    if (const auto found = groups_.find(name); found != groups_.end()) return found->second;
    for (const auto& [spelling, person] : accounts_)
      for (const Group& group : person.groups)
        if (group.name == name) return NamedGroup{.gid = group.gid, .members = {}};
    return std::nullopt;
  }
  [[nodiscard]] std::vector<GroupAnswer> find_groups(
      std::span<const std::string_view> names) override {
    ++times_groups_wanted_;
    return Host::find_groups(names);
  }
  /// How many times groups were asked for, together.
  [[nodiscard]] int times_groups_wanted() const { return times_groups_wanted_; }
  [[nodiscard]] std::uint64_t start_time_of(pid_t pid) override {
    const std::lock_guard lock(mutex_);
    const auto found = start_times_.find(pid);
    return found == start_times_.end() ? 0 : found->second;
  }
  [[nodiscard]] ProcessId parent_of(const ProcessId& child) override {
    const std::lock_guard lock(mutex_);
    const auto found = parents_.find(child.pid);
    return found == parents_.end() ? ProcessId{} : found->second;
  }
  [[nodiscard]] uid_t real_uid_of(pid_t pid) override {
    const std::lock_guard lock(mutex_);
    const auto found = real_uids_.find(pid);
    return found == real_uids_.end() ? static_cast<uid_t>(-1) : found->second;
  }
  [[nodiscard]] std::string machine_name() override { return "testbed"; }

 private:
  [[nodiscard]] Person seen(Person person) const {
    if (fail_groups_) person.groups.clear();
    return person;
  }

  std::mutex mutex_;
  std::map<std::string, Person, std::less<>> accounts_;
  std::map<pid_t, std::uint64_t> start_times_;
  std::map<pid_t, ProcessId> parents_;
  std::map<std::string, NamedGroup, std::less<>> groups_;
  std::map<pid_t, uid_t> real_uids_;
  bool fail_lookups_ = false;
  bool fail_groups_ = false;
  std::atomic<int> times_groups_wanted_ = 0;
};

}  // namespace usher::testing
