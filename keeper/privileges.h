// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "daemon/model/result.h"

namespace usher {

/// The plain user that the keeper becomes. Its own, since processes of one uid can signal each
/// other.
inline constexpr const char* kKeeperUser = "usher-keeper";

/// By what a plain user reads the file of hashes.
enum class ShadowAccess : std::uint8_t {
  group = 1,   // Debian: 0640 root:shadow
  capability,  // Fedora: 0000; Arch: 0600. CAP_DAC_READ_SEARCH
};
/// `mode` and `gid` of the file. Membership in group 0 is more than reading this file.
[[nodiscard]] ShadowAccess access_by(mode_t mode, gid_t gid) noexcept;

/// Acts as another user while it lives: what that user could do to paths it owns must not become
/// something that root did. For root alone, and before any thread.
class ActingAs {
 public:
  [[nodiscard]] static Result<ActingAs> user(uid_t uid, gid_t gid);
  ActingAs(ActingAs&& other) noexcept : active_(other.active_) { other.active_ = false; }
  ActingAs& operator=(ActingAs&&) = delete;
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;
  /// Ends the process where it can't be root again: nothing after could be relied on.
  ~ActingAs();

 private:
  explicit ActingAs(bool active) noexcept : active_(active) {}
  bool active_;
};

/// From root to kKeeperUser, for good, with nothing left but what reading `shadow` takes. Does
/// nothing where the process is not root's. Before any thread.
[[nodiscard]] Result<void> give_up_root(const std::string& shadow);

/// No new privileges by exec, no core, not to be traced, no file to be written (unless standard
/// error is one). After give_up_root(), which the kernel answers by making a process traceable.
[[nodiscard]] Result<void> close_ways_back();

}  // namespace usher
