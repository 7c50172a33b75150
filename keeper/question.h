// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <variant>

#include "usher/codec.h"
#include "usher/keeper_message.h"

namespace usher {

/// What a keeper may be asked.
using Question = std::variant<KeeperVerify, KeeperState, KeeperStanding>;

/// Reads a packet as a question. Views in it point into `packet`.
[[nodiscard]] std::expected<Question, DecodeError> question_in(
    std::span<const std::uint8_t> packet) noexcept;

}  // namespace usher
