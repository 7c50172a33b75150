// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string_view>
#include <utility>

#include "usher/message.h"
#include "usher/secret.h"

namespace usher {

/// A text for the person that holds a secret (a seed, a URI with one): at most what one prompt
/// carries, in locked memory, wiped on destruction. Move-only. One thread.
class SecretText {
 public:
  SecretText() : memory_(kMaxText) {}
  SecretText(SecretText&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  SecretText& operator=(SecretText&&) = delete;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() = default;

  /// False, and nothing appended, where the text would grow over kMaxText.
  [[nodiscard]] bool append(std::string_view text) {
    if (text.size() > memory_.capacity() - size_) return false;
    if (!text.empty()) std::memcpy(memory_.data() + size_, text.data(), text.size());
    size_ += text.size();
    memory_.mark_written(size_);
    return true;
  }
  [[nodiscard]] std::string_view expose() const {
    return {reinterpret_cast<const char*>(memory_.data()), size_};
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  LockedMemory memory_;
  std::size_t size_ = 0;
};

}  // namespace usher
