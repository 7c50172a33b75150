// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "daemon/login/hearing.h"

namespace usher {

/// Makes a look-up secret for `user` and shows it, once, until whoever asked for it says that they
/// have it. `about` is the sentence before it. Nothing has changed before its hash is committed, so
/// a terminal that closes half-way leaves everything as it was.
[[nodiscard]] std::expected<Result<LookupHash>, DialogueEnd> hand_out_secret(
    Hearing& hearing, LookupKind kind, const std::string& user, std::string_view about);

/// "2026-03-01 13:05 UTC".
[[nodiscard]] std::string utc_minute(std::int64_t seconds_since_1970);

}  // namespace usher
