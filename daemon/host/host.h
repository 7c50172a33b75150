// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/person.h"
#include "daemon/model/process_id.h"
#include "daemon/model/result.h"

namespace usher {

/// A group; none where the system has no such group. An Error where it could not be found out.
using GroupAnswer = Result<std::optional<NamedGroup>>;

/// The port to the operating system. Implementations may be called from many threads at once.
class Host {
 public:
  virtual ~Host() = default;

  /// The account of that name with all its groups; none where the system has no such account. An
  /// Error where it could not be found out: that is never "no such account".
  [[nodiscard]] virtual Result<std::optional<Person>> find_user(std::string_view name) = 0;
  /// The same, by uid.
  [[nodiscard]] virtual Result<std::optional<Person>> find_user(uid_t uid) = 0;
  /// The group of that name or, where `name` is a number, of that gid. A number is never a name:
  /// find_user() leaves such a group without one.
  [[nodiscard]] virtual GroupAnswer find_group(std::string_view name) = 0;
  /// An answer for each of `names`, in their order. Where look-ups are bounded in time, that is the
  /// bound of all together. Unless overridden, asks for one after the other.
  [[nodiscard]] virtual std::vector<GroupAnswer> find_groups(
      std::span<const std::string_view> names);
  /// Clock ticks after boot at which process `pid` started (proc(5), stat field 22); 0 where that
  /// could not be read.
  [[nodiscard]] virtual std::uint64_t start_time_of(pid_t pid) = 0;
  /// The process that `child` is a child of now; one that is not known() where that can't be said
  /// for certain, or `child` is not there any more.
  [[nodiscard]] virtual ProcessId parent_of(const ProcessId& child) = 0;
  /// The real uid of process `pid` (proc(5), status, Uid): of a set-user-id program, who started
  /// it. (uid_t)-1 where that could not be read, never root's.
  [[nodiscard]] virtual uid_t real_uid_of(pid_t pid) = 0;
  /// The machine's name, for labels people see (gethostname(2)).
  [[nodiscard]] virtual std::string machine_name() = 0;

 protected:
  Host() = default;
  Host(const Host&) = default;
  Host& operator=(const Host&) = default;
};

/// getpwnam_r(3), getgrouplist(3), getgrnam_r(3), /proc. Look-ups block for as long as the name
/// services do, which may be for ever: see BoundedHost.
class LinuxHost final : public Host {
 public:
  using Host::find_user;
  [[nodiscard]] Result<std::optional<Person>> find_user(std::string_view name) override;
  [[nodiscard]] Result<std::optional<Person>> find_user(uid_t uid) override;
  [[nodiscard]] GroupAnswer find_group(std::string_view name) override;
  [[nodiscard]] std::uint64_t start_time_of(pid_t pid) override;
  [[nodiscard]] ProcessId parent_of(const ProcessId& child) override;
  [[nodiscard]] uid_t real_uid_of(pid_t pid) override;
  [[nodiscard]] std::string machine_name() override;
};

}  // namespace usher
