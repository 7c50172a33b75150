// SPDX-License-Identifier: Apache-2.0
// Encodings around secrets: nothing of them touches memory that is not wiped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "daemon/interchange/secret_bytes.h"

namespace usher::interchange {

[[nodiscard]] std::optional<std::uint8_t> hex_digit(char c) noexcept;

/// What `text` is without percent-encoding (RFC 3986 section 2.1); or the byte from which on it is
/// not encoded so.
[[nodiscard]] std::expected<SecretBytes, std::size_t> percent_decoded(std::string_view text);

/// What `text` is in base64, in either alphabet (RFC 4648 sections 4 and 5), padded or not; or the
/// byte from which on it is none.
[[nodiscard]] std::expected<SecretBytes, std::size_t> base64_decoded(std::string_view text);

}  // namespace usher::interchange
