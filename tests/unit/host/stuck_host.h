// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fakes/fake_host.h"

namespace usher::testing {

/// A FakeHost whose look-ups of names that begin with "stuck", and of uid kStuckUid, hang until
/// release(), and which counts what it was asked. Thread-safe.
class StuckHost final : public Host {
 public:
  static constexpr uid_t kStuckUid = 66;

  using Host::find_user;
  [[nodiscard]] Result<std::optional<Person>> find_user(std::string_view name) override {
    ask(name);
    return machine.find_user(name);
  }
  [[nodiscard]] Result<std::optional<Person>> find_user(uid_t uid) override {
    ask(uid == kStuckUid ? "stuck uid" : "uid");
    return machine.find_user(uid);
  }
  [[nodiscard]] GroupAnswer find_group(std::string_view name) override {
    ask(name);
    return machine.find_group(name);
  }
  [[nodiscard]] ProcessId peer_of(int socket, pid_t pid) override {
    return machine.peer_of(socket, pid);
  }
  [[nodiscard]] bool is_there(const ProcessId& process) override {
    return machine.is_there(process);
  }
  [[nodiscard]] std::vector<ProcessId> line_of(const ProcessId& process) override {
    return machine.line_of(process);
  }
  [[nodiscard]] Result<UniqueFd> hold(const ProcessId& process) override {
    return machine.hold(process);
  }
  [[nodiscard]] SessionHints hints_of(pid_t pid) override { return machine.hints_of(pid); }
  [[nodiscard]] std::string boot_id() override { return machine.boot_id(); }
  [[nodiscard]] ProcessId parent_of(const ProcessId& child) override {
    return machine.parent_of(child);
  }
  [[nodiscard]] uid_t real_uid_of(pid_t pid) override { return machine.real_uid_of(pid); }
  [[nodiscard]] std::string machine_name() override { return machine.machine_name(); }

  /// Lets all go that hang, and lets none hang any more.
  void release() {
    const std::lock_guard lock(mutex_);
    stuck_ = false;
    changed_.notify_all();
  }
  /// True once so many look-ups hang; false after a minute without.
  [[nodiscard]] bool comes_to_hang(std::size_t number) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return hanging_ == number; });
  }
  [[nodiscard]] std::size_t times_asked(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(name);
    return found == asked_.end() ? 0 : found->second;
  }

  FakeHost machine;

 private:
  void ask(std::string_view name) {
    std::unique_lock lock(mutex_);
    ++asked_[std::string(name)];
    if (!name.starts_with("stuck")) return;
    ++hanging_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !stuck_; });
    --hanging_;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stuck_ = true;
  std::size_t hanging_ = 0;
  std::map<std::string, std::size_t, std::less<>> asked_;
};

}  // namespace usher::testing
