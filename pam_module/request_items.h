// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_modules.h>

#include <array>
#include <cstring>
#include <string_view>

#include "usher/message.h"

namespace usher {

/// A C string's content in memory of its own, up to `Limit` bytes.
template <std::size_t Limit>
class BoundedText {
 public:
  /// False, and nothing kept, where `text` is over the limit.
  [[nodiscard]] bool assign(std::string_view text) noexcept {
    size_ = 0;
    if (text.size() > Limit) return false;
    std::memcpy(bytes_.data(), text.data(), text.size());
    size_ = text.size();
    return true;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, Limit> bytes_{};
  std::size_t size_ = 0;
};

/// What the calling program says about the request. Copies, because the conversation belongs to the
/// program, which may set an item anew while we hold its old text. About 9.5 KiB; no secret.
class RequestItems {
 public:
  /// Reads PAM_SERVICE, PAM_USER, PAM_TTY, PAM_RHOST, PAM_RUSER and SSH_AUTH_INFO_0. False, with a
  /// line in the log, where one does not fit the wire or there is no user. An SSH_AUTH_INFO_0 that
  /// is too long loses its last lines instead: each is a proof, and fewer proofs never admit more.
  [[nodiscard]] bool read(pam_handle_t* handle) noexcept;

  /// Points into this object.
  [[nodiscard]] Begin begin(Phase phase, int pam_flags) const noexcept;
  /// Whether PAM_USER is still the user that read() found.
  [[nodiscard]] bool same_user(pam_handle_t* handle) const noexcept;
  /// Whether the program is one that verifies people itself and says by what: it sets
  /// SSH_AUTH_INFO_0, if only to nothing.
  [[nodiscard]] bool come_from_sshd() const noexcept { return auth_info_set_; }
  /// Whether SSH_AUTH_INFO_0 has a method for which sshd runs the `auth` lines.
  [[nodiscard]] bool name_method_of_pam() const noexcept;

 private:
  BoundedText<kMaxName> service_;
  BoundedText<kMaxName> user_;
  BoundedText<kMaxName> tty_;
  BoundedText<kMaxName> rhost_;
  BoundedText<kMaxName> ruser_;
  BoundedText<kMaxAuthInfo> auth_info_;
  bool auth_info_set_ = false;
};

}  // namespace usher
