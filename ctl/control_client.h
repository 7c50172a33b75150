// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ctl/control_reply.h"

namespace usher::ctl {

/// A reply over this many bytes is refused. Ten thousand sessions fit, each with names and proofs
/// of three times the usual size.
inline constexpr std::size_t kMaxControlReply = std::size_t{32} * 1024 * 1024;
/// What a call may take in all, connecting included.
inline constexpr std::int64_t kControlMilliseconds = 30'000;

/// Calls `method` ("org.usher.control.Status") of usherd at the socket `path`, on a connection of
/// its own, as https://varlink.org/Method-Call has it. Blocks for `milliseconds` at most; may be
/// called from any thread. Nothing is sent to a peer that is neither root nor the owner of the
/// socket's folder.
[[nodiscard]] std::expected<Json, ControlFailure> call_control(
    const std::string& path, std::string_view method, const Json& parameters,
    std::int64_t milliseconds = kControlMilliseconds);

}  // namespace usher::ctl
