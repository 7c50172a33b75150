// SPDX-License-Identifier: Apache-2.0
// What the two kinds of addresses have in common.
#pragma once

#include <string>
#include <string_view>

namespace usher::interchange {

inline constexpr std::string_view kOtpauthScheme = "otpauth://";
inline constexpr std::string_view kMigrationScheme = "otpauth-migration://";

/// Whether `text` begins with `scheme`, in either case (RFC 3986 section 3.1).
[[nodiscard]] bool has_scheme(std::string_view text, std::string_view scheme);

/// Issuer and account as one label: "Example:ada", or as much of it as there is, or as a label has
/// room for.
[[nodiscard]] std::string label_of(std::string_view issuer, std::string_view account);

}  // namespace usher::interchange
