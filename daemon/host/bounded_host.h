// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/host/clock.h"
#include "daemon/host/group_cache.h"
#include "daemon/host/host.h"
#include "daemon/host/look_ups.h"

namespace usher {

struct NameServiceBounds {
  std::int64_t milliseconds = 5'000;  // for a look-up, or all of one find_groups()
  std::size_t account_workers = 16;
  std::size_t group_workers = 8;
  GroupCacheLimits cache;
};

/// Another Host whose look-ups hold nobody for longer than a bound, however long the name services
/// hang: they run on threads of their own, each question on one at most, and what is late or finds
/// no thread free in time is an Error, as if the name services had said so. Never is it "no such
/// account" or "no such group".
///
/// Groups come from a cache of bounded age, so who was taken out of one is out after at most that.
/// Accounts are asked for at every login: who was removed must not get in, and names that strangers
/// make up are kept nowhere.
///
/// Look-ups that hang keep their threads. Once they have taken all, nobody else is found until some
/// end, not even who is in /etc/passwd: which service will answer for a name can't be told by the
/// name. Two things are told apart: groups, of which rules name a few, can't take the threads of
/// accounts, and "root" and uid 0 have threads of their own. So root gets in while names that were
/// made up hang, unless its own look-up does: getgrouplist(3) asks every service for its groups
/// that nsswitch.conf(5) has under `initgroups` or `group`, and a rule's group that is not found
/// denies root too where that rule is reached.
///
/// Thread-safe. Destruction doesn't wait for look-ups that hang.
class BoundedHost final : public Host {
 public:
  /// `clock` must outlive this; `inner` lives as long as its last look-up.
  BoundedHost(std::shared_ptr<Host> inner, const Clock& clock, NameServiceBounds bounds = {});

  using Host::find_user;
  [[nodiscard]] Result<std::optional<Person>> find_user(std::string_view name) override;
  [[nodiscard]] Result<std::optional<Person>> find_user(uid_t uid) override;
  [[nodiscard]] GroupAnswer find_group(std::string_view name) override;
  /// Asks for all at once.
  [[nodiscard]] std::vector<GroupAnswer> find_groups(
      std::span<const std::string_view> names) override;
  // Of /proc and the kernel, which answer at once.
  [[nodiscard]] ProcessId peer_of(int socket, pid_t pid) override;
  [[nodiscard]] bool is_there(const ProcessId& process) override;
  [[nodiscard]] ProcessId parent_of(const ProcessId& child) override;
  [[nodiscard]] std::vector<ProcessId> line_of(const ProcessId& process) override;
  [[nodiscard]] Result<UniqueFd> hold(const ProcessId& process) override;
  [[nodiscard]] SessionHints hints_of(pid_t pid) override;
  [[nodiscard]] std::string boot_id() override;
  [[nodiscard]] uid_t real_uid_of(pid_t pid) override;
  [[nodiscard]] std::string machine_name() override;

  /// Empties the cache. A look-up that is under way still answers, but is not remembered.
  void forget() { cache_.forget(); }
  /// How many callers wait for the name services now.
  [[nodiscard]] std::size_t waiting() const;
  /// How many threads look-ups have, idle ones too.
  [[nodiscard]] std::size_t workers() const;

 private:
  using AccountKey = std::variant<std::string, uid_t>;
  using Accounts = LookUps<AccountKey, Person>;
  using Groups = LookUps<std::string, NamedGroup>;
  [[nodiscard]] Result<std::optional<Person>> find_account(Accounts& among, AccountKey key);

  const std::shared_ptr<Host> inner_;
  const Clock& clock_;
  GroupCache cache_;
  Accounts accounts_;
  Accounts roots_;
  Groups groups_;
};

}  // namespace usher
