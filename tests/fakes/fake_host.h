// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

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
  /// Adds a process, or makes its pid another's; `ticks` of 0 makes it one that can't be read.
  void set_start_time(pid_t pid, std::uint64_t ticks) {
    const std::lock_guard lock(mutex_);
    start_times_[pid] = ticks;
    ends_.erase(pid);
  }
  /// The process ends: it is in no line any more, and who holds it is told.
  void end_process(pid_t pid) {
    const std::lock_guard lock(mutex_);
    start_times_.erase(pid);
    if (const auto held = ends_.find(pid); held != ends_.end())
      for (const UniqueFd& end : held->second) {
        const std::uint64_t one = 1;
        static_cast<void>(!::write(end.get(), &one, sizeof one));
      }
    ends_.erase(pid);
  }
  /// While set, no process can be held: there are no descriptors left.
  void fail_holding(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_holding_ = fail;
  }
  void set_boot_id(std::string id) {
    const std::lock_guard lock(mutex_);
    boot_id_ = std::move(id);
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
  [[nodiscard]] ProcessId peer_of(int /*socket*/, pid_t pid) override {
    const std::lock_guard lock(mutex_);
    return {.pid = pid, .start_time = start_of(pid)};
  }
  [[nodiscard]] bool is_there(const ProcessId& process) override {
    const std::lock_guard lock(mutex_);
    return there(process);
  }
  /// `process` and its parents, as set_parent() has them, as long as all of them are there.
  [[nodiscard]] std::vector<ProcessId> line_of(const ProcessId& process) override {
    const std::lock_guard lock(mutex_);
    std::vector<ProcessId> line;
    for (ProcessId each = process; each.known(); each = parents_[each.pid]) {
      if (!there(each)) return {};
      line.push_back(each);
    }
    return line;
  }
  [[nodiscard]] Result<UniqueFd> hold(const ProcessId& process) override {
    const std::lock_guard lock(mutex_);
    if (fail_holding_) return failure("the fake machine has no descriptors left");
    if (!there(process)) return UniqueFd();
    UniqueFd end(::eventfd(0, EFD_CLOEXEC));
    UniqueFd held(::fcntl(end.get(), F_DUPFD_CLOEXEC, 0));
    ends_[process.pid].push_back(std::move(end));
    return held;
  }
  [[nodiscard]] SessionHints hints_of(pid_t pid) override {
    return {.login_uid = 1000, .audit_session = 7, .kernel_session = pid};
  }
  [[nodiscard]] std::string boot_id() override {
    const std::lock_guard lock(mutex_);
    return boot_id_;
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

  [[nodiscard]] std::uint64_t start_of(pid_t pid) const {
    const auto found = start_times_.find(pid);
    return found == start_times_.end() ? 0 : found->second;
  }
  [[nodiscard]] bool there(const ProcessId& process) const {
    return process.known() && start_of(process.pid) == process.start_time;
  }

  std::mutex mutex_;
  std::map<std::string, Person, std::less<>> accounts_;
  std::map<pid_t, std::uint64_t> start_times_;
  std::map<pid_t, ProcessId> parents_;
  std::map<std::string, NamedGroup, std::less<>> groups_;
  std::map<pid_t, uid_t> real_uids_;
  bool fail_lookups_ = false;
  bool fail_groups_ = false;
  bool fail_holding_ = false;
  std::map<pid_t, std::vector<UniqueFd>> ends_;  // eventfds of who holds that process
  std::string boot_id_ = "3a1f6f4e-0c7e-4f5c-9d55-0a6b1c2d3e4f";
  std::atomic<int> times_groups_wanted_ = 0;
};

}  // namespace usher::testing
