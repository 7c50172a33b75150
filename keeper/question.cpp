// SPDX-License-Identifier: Apache-2.0
#include "keeper/question.h"

namespace usher {

std::expected<Question, DecodeError> question_in(std::span<const std::uint8_t> packet) noexcept {
  const auto state = decode<KeeperState>(packet);
  if (state) return *state;
  if (state.error() != DecodeError::wrong_type) return std::unexpected(state.error());
  const auto standing = decode<KeeperStanding>(packet);
  if (standing) return *standing;
  if (standing.error() != DecodeError::wrong_type) return std::unexpected(standing.error());
  const auto verify = decode<KeeperVerify>(packet);
  if (verify) return *verify;
  return std::unexpected(verify.error());
}

}  // namespace usher
