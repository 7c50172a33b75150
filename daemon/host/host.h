// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/person.h"
#include "daemon/model/process_id.h"
#include "daemon/model/result.h"
#include "daemon/model/session.h"
#include "usher/unique_fd.h"

namespace usher {

/// A group; none where the system has no such group. An Error where it could not be found out.
using GroupAnswer = Result<std::optional<NamedGroup>>;

/// How many processes line_of() follows: whoever stands below more stands in no session.
inline constexpr std::size_t kLongestLine = 64;

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
  /// The process at the other end of `socket`, which SO_PEERCRED names `pid`; one that is not
  /// known() where it is gone, or its pid is another's by now.
  [[nodiscard]] virtual ProcessId peer_of(int socket, pid_t pid) = 0;
  /// Whether that very process still runs, as far as can be told: what only waits to be reaped has
  /// ended, and what can't be looked at has not.
  [[nodiscard]] virtual bool is_there(const ProcessId& process) = 0;
  /// The process that `child` is a child of now; one that is not known() where that can't be said
  /// for certain, or `child` is not there any more.
  [[nodiscard]] virtual ProcessId parent_of(const ProcessId& child) = 0;
  /// `process`, its parent, and so on, as they all are at one moment: up to pid 1 or a user's
  /// service manager, neither of which is among them. Empty where that can't be said for certain: a
  /// process of the line is gone or not to be read, or it is longer than kLongestLine.
  [[nodiscard]] virtual std::vector<ProcessId> line_of(const ProcessId& process) = 0;
  /// A pidfd of that very process, which becomes readable when it ends (pidfd_open(2)); none where
  /// it is gone. An Error where there is no descriptor to be had.
  [[nodiscard]] virtual Result<UniqueFd> hold(const ProcessId& process) = 0;
  [[nodiscard]] virtual SessionHints hints_of(pid_t pid) = 0;
  /// Names this start of the machine; empty where it can't be read.
  [[nodiscard]] virtual std::string boot_id() = 0;
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
  [[nodiscard]] ProcessId peer_of(int socket, pid_t pid) override;
  [[nodiscard]] bool is_there(const ProcessId& process) override;
  [[nodiscard]] ProcessId parent_of(const ProcessId& child) override;
  [[nodiscard]] std::vector<ProcessId> line_of(const ProcessId& process) override;
  [[nodiscard]] Result<UniqueFd> hold(const ProcessId& process) override;
  [[nodiscard]] SessionHints hints_of(pid_t pid) override;
  [[nodiscard]] std::string boot_id() override;
  [[nodiscard]] uid_t real_uid_of(pid_t pid) override;
  [[nodiscard]] std::string machine_name() override;
};

}  // namespace usher
