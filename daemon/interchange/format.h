// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace usher::interchange {

/// What generators of one-time codes are read from.
enum class Format : std::uint8_t {
  google_authenticator = 1,  // ~/.google_authenticator of google-authenticator-libpam
  users_oath,                // the users file of pam_oath (oath-toolkit) and mod_authn_otp
  otpauth,                   // addresses, otpauth:// and otpauth-migration://, one a line
  csv,                       // a table with a header (RFC 4180)
};

/// As it is called on a command line: "google-authenticator", "users.oath", "otpauth", "csv".
[[nodiscard]] std::string_view name_of(Format format) noexcept;
[[nodiscard]] std::optional<Format> format_named(std::string_view name) noexcept;
[[nodiscard]] std::span<const std::string_view> format_names() noexcept;

/// What a file is, by what is in it; none where it is like none of them.
[[nodiscard]] std::optional<Format> format_of(std::string_view content);

}  // namespace usher::interchange
