// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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
      : memory_(std::move(other.memory_)),
        size_(std::exchange(other.size_, 0)),
        whole_(std::exchange(other.whole_, false)) {}
  SecretText& operator=(SecretText&&) = delete;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() = default;

  /// Appends all of `text`, or nothing of it where that would grow over kMaxText.
  SecretText& append(std::string_view text) noexcept {
    if (text.size() > memory_.capacity() - size_) {
      whole_ = false;
      return *this;
    }
    if (!text.empty()) std::memcpy(memory_.data() + size_, text.data(), text.size());
    size_ += text.size();
    memory_.mark_written(size_);
    return *this;
  }
  SecretText& append(char character) noexcept { return append(std::string_view(&character, 1)); }
  /// Whether all that was appended is in it.
  [[nodiscard]] bool is_whole() const noexcept { return whole_; }
  [[nodiscard]] std::string_view expose() const {
    return {reinterpret_cast<const char*>(memory_.data()), size_};
  }

 private:
  LockedMemory memory_;
  std::size_t size_ = 0;
  bool whole_ = true;
};

}  // namespace usher
