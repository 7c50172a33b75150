// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "usher/secret.h"

namespace usher {

/// What new passwords have to be like: [password] of usher.toml. Lengths are in characters, which
/// are Unicode code points (NIST SP 800-63B-4 section 3.1.1.2).
struct PasswordPolicy {
  /// Of a password beside which the person has a code, and ...
  std::uint32_t least_with_code = 8;
  /// ... of one that is all they have.
  std::uint32_t least_alone = 15;
  /// So many of the passwords before the present one can't be chosen again.
  std::uint32_t history = 5;
};

/// No password is shorter, whoever sets it.
inline constexpr std::uint32_t kLeastPasswordLength = 8;

/// Why nobody can have this password, root included: it is no UTF-8, has a control character, or is
/// shorter than kLeastPasswordLength. In words for the person; none where they can.
[[nodiscard]] std::optional<std::string> why_unusable(const Secret& password);

/// What is found about a password that could be used.
struct PasswordWeakness {
  /// Why nobody should choose it, in words for the person; none where nothing speaks against it.
  std::optional<std::string> reason;
  /// What could not be looked at, for the administrator: a dictionary that is missing, a
  /// pwquality.conf with a mistake. That refuses nobody.
  std::string trouble;
};

/// Whether `user` should not choose a password that why_unusable() lets pass: it has fewer
/// characters than `least`, is their name, is known or comes from a dictionary (cracklib's), or is
/// not what pwquality.conf(5) asks for. `pwquality_conf`: another file than
/// /etc/security/pwquality.conf. Blocks on the file system; thread-safe, one at a time. What the
/// libraries copy of the password is wiped.
[[nodiscard]] PasswordWeakness weakness_of(const Secret& password, const std::string& user,
                                           std::uint32_t least,
                                           const char* pwquality_conf = nullptr);

}  // namespace usher
