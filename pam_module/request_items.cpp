// SPDX-License-Identifier: Apache-2.0
#include "pam_module/request_items.h"

#include <security/pam_ext.h>
#include <syslog.h>
#include <unistd.h>

namespace usher {
namespace {

/// An item's text; null where it is not set or can't be read.
const char* item(pam_handle_t* handle, int which) noexcept {
  const void* value = nullptr;
  if (::pam_get_item(handle, which, &value) != PAM_SUCCESS) return nullptr;
  return static_cast<const char*>(value);
}

bool read_item(pam_handle_t* handle, int which, const char* name,
               BoundedText<kMaxName>& text) noexcept {
  const char* const value = item(handle, which);
  if (text.assign(value == nullptr ? "" : value)) return true;
  ::pam_syslog(handle, LOG_ERR, "%s is over %zu bytes; refused", name, kMaxName);
  return false;
}

/// As many whole lines from the beginning of `text` as fit.
std::string_view whole_lines(std::string_view text) noexcept {
  if (text.size() <= kMaxAuthInfo) return text;
  const auto end = text.rfind('\n', kMaxAuthInfo);
  text.remove_suffix(text.size() - (end == std::string_view::npos ? 0 : end));
  return text;
}

}  // namespace

bool RequestItems::read(pam_handle_t* handle) noexcept {
  const char* const auth_info = ::pam_getenv(handle, "SSH_AUTH_INFO_0");
  auth_info_set_ = auth_info != nullptr;
  if (auth_info != nullptr && !auth_info_.assign(whole_lines(auth_info))) return false;
  if (item(handle, PAM_USER) == nullptr) {
    ::pam_syslog(handle, LOG_ERR, "the calling program names no user; refused");
    return false;
  }
  return read_item(handle, PAM_SERVICE, "PAM_SERVICE", service_) &&
         read_item(handle, PAM_USER, "PAM_USER", user_) &&
         read_item(handle, PAM_TTY, "PAM_TTY", tty_) &&
         read_item(handle, PAM_RHOST, "PAM_RHOST", rhost_) &&
         read_item(handle, PAM_RUSER, "PAM_RUSER", ruser_);
}

Begin RequestItems::begin(Phase phase, int pam_flags) const noexcept {
  return Begin{.phase = phase,
               .pam_flags = static_cast<std::uint32_t>(pam_flags),
               .service = service_.view(),
               .user = user_.view(),
               .tty = tty_.view(),
               .rhost = rhost_.view(),
               .ruser = ruser_.view(),
               .auth_info = auth_info_.view(),
               .auth_info_set = static_cast<std::uint8_t>(auth_info_set_ ? 1 : 0),
               .real_uid = ::getuid()};
}

bool RequestItems::name_method_of_pam() const noexcept {
  // Without substr(), which can throw.
  std::string_view rest = auth_info_.view();
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    std::string_view line = rest;
    if (end != std::string_view::npos) line.remove_suffix(line.size() - end);
    if (line == "keyboard-interactive/pam" || line == "password") return true;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return false;
}

bool RequestItems::same_user(pam_handle_t* handle) const noexcept {
  const char* const user = item(handle, PAM_USER);
  return user != nullptr && user_.view() == user;
}

}  // namespace usher
