// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "usher/secret.h"

namespace usher::interchange {

/// What Secret is, of any size: up to `capacity` bytes in locked memory, wiped on destruction.
/// Move-only. One thread.
class SecretBytes {
 public:
  explicit SecretBytes(std::size_t capacity) : memory_(std::max<std::size_t>(capacity, 1)) {}
  SecretBytes(SecretBytes&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() = default;

  /// Whether there is memory for it.
  [[nodiscard]] bool valid() const noexcept { return memory_.valid(); }
  [[nodiscard]] std::string_view expose() const noexcept {
    return {reinterpret_cast<const char*>(memory_.data()), size_};
  }

  /// False where it is full.
  bool append(char byte) noexcept {
    if (size_ >= memory_.capacity()) return false;
    memory_.data()[size_++] = static_cast<std::uint8_t>(byte);
    memory_.mark_written(size_);
    return true;
  }
  /// The room that is left, to be filled in by the caller, who says by grow() how much of it.
  [[nodiscard]] std::span<std::uint8_t> room() noexcept {
    return {memory_.data() + size_, memory_.capacity() - size_};
  }
  void grow(std::size_t bytes) noexcept {
    size_ = std::min(size_ + bytes, memory_.capacity());
    memory_.mark_written(size_);
  }

 private:
  LockedMemory memory_;
  std::size_t size_ = 0;
};

}  // namespace usher::interchange
