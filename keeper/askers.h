// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "daemon/host/host.h"
#include "daemon/model/result.h"

namespace usher {

/// Who may ask the keeper: root, usherd's user and, where the keeper was not started by root, its
/// own user, who can read as much as it can. Immutable.
class Askers {
 public:
  struct User {
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);
  };
  /// Looks `user` up. An Error where it can't be, or does not exist and only root could ask then.
  [[nodiscard]] static Result<Askers> find(const std::string& user, Host& host, uid_t started_by);

  [[nodiscard]] bool may_ask(uid_t uid) const noexcept;
  /// usherd's user; none where there is no such account.
  [[nodiscard]] const std::optional<User>& service() const noexcept { return service_; }

 private:
  Askers(std::optional<User> service, uid_t started_by) noexcept
      : service_(service), started_by_(started_by) {}
  std::optional<User> service_;
  uid_t started_by_;
};

}  // namespace usher
