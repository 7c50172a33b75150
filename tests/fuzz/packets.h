// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace usher::fuzzing {

/// Cuts a fuzzer's bytes into packets: two bytes of length, big-endian, then as many bytes as there
/// are, at most that length. Points into the bytes it was given.
class Packets {
 public:
  explicit Packets(std::span<const std::uint8_t> bytes) noexcept : rest_(bytes) {}
  std::optional<std::span<const std::uint8_t>> next() noexcept {
    if (rest_.size() < 2) return std::nullopt;
    const std::size_t length = static_cast<std::size_t>(rest_[0]) << 8 | rest_[1];
    rest_ = rest_.subspan(2);
    const auto packet = rest_.first(std::min(length, rest_.size()));
    rest_ = rest_.subspan(packet.size());
    return packet;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace usher::fuzzing
