// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/host/keeper.h"

namespace usher::testing {

/// A keeper of the passwords a test gives it; not configured until there is one. Thread-safe.
class FakeKeeper final : public Keeper {
 public:
  /// Makes the keeper configured, and gives `user` an entry.
  void set_entry(std::string user, std::string password, AccountState state = AccountState::ok) {
    const std::lock_guard lock(mutex_);
    configured_ = true;
    entries_.insert_or_assign(std::move(user), Entry{std::move(password), state});
  }
  void configure(bool configured) {
    const std::lock_guard lock(mutex_);
    configured_ = configured;
  }
  /// While set, every question is an Error.
  void fail(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_ = fail;
  }
  /// While set, every password is answered with "throttled".
  void throttle(bool throttle) {
    const std::lock_guard lock(mutex_);
    throttle_ = throttle;
  }
  /// How many passwords were asked about; an empty one is none.
  [[nodiscard]] int passwords_seen() const {
    const std::lock_guard lock(mutex_);
    return passwords_seen_;
  }
  /// How often a password or an empty one was asked about.
  [[nodiscard]] int questions() const {
    const std::lock_guard lock(mutex_);
    return questions_;
  }

  [[nodiscard]] bool configured() const override {
    const std::lock_guard lock(mutex_);
    return configured_;
  }
  [[nodiscard]] Result<KeeperVerdict> verify(std::string_view user, const Secret& password,
                                             Deadline /*deadline*/) override {
    const std::lock_guard lock(mutex_);
    ++questions_;
    if (!password.empty()) ++passwords_seen_;
    if (fail_) return failure("the fake keeper is not there");
    KeeperVerdict verdict;
    if (throttle_) {
      verdict.outcome = KeeperVerdict::Outcome::throttled;
      return verdict;
    }
    const auto found = entries_.find(user);
    const bool usable = found != entries_.end() && found->second.state != AccountState::locked;
    if (usable && password.equals(found->second.password))
      verdict = {.outcome = KeeperVerdict::Outcome::right, .state = found->second.state};
    return verdict;
  }
  [[nodiscard]] Result<AccountState> account_state(std::string_view user,
                                                   Deadline /*deadline*/) override {
    const std::lock_guard lock(mutex_);
    if (fail_) return failure("the fake keeper is not there");
    const auto found = entries_.find(user);
    return found == entries_.end() ? AccountState::unknown : found->second.state;
  }
  [[nodiscard]] Result<PasswordStanding> standing(std::string_view user,
                                                  Deadline /*deadline*/) override {
    const std::lock_guard lock(mutex_);
    if (fail_ || old_) return failure("the fake keeper does not know");
    const auto found = entries_.find(user);
    if (found == entries_.end()) return PasswordStanding{};
    PasswordMark mark{};
    const std::size_t hash = std::hash<std::string>()(found->second.password);
    std::memcpy(mark.data(), &hash, sizeof hash);
    return PasswordStanding{.state = found->second.state, .mark = mark};
  }
  /// A keeper of a version that knows of no marks.
  void be_old(bool old) {
    const std::lock_guard lock(mutex_);
    old_ = old;
  }

 private:
  struct Entry {
    std::string password;
    AccountState state = AccountState::ok;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
  bool configured_ = false;
  bool fail_ = false;
  bool throttle_ = false;
  bool old_ = false;
  int passwords_seen_ = 0;
  int questions_ = 0;
};

}  // namespace usher::testing
