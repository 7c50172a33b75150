// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace usher {

/// Tells whether somebody's password hash is the one it was, to who must not know it: BLAKE2b (RFC
/// 7693) under a random key that lives as long as this object and nowhere else. Thread-safe.
class HashMarks {
 public:
  using Mark = std::pair<std::uint64_t, std::uint64_t>;  // never two zeros

  /// libsodium is ready.
  HashMarks() noexcept;
  HashMarks(const HashMarks&) = delete;
  HashMarks& operator=(const HashMarks&) = delete;
  ~HashMarks();

  [[nodiscard]] Mark mark_of(std::string_view user, std::string_view hash) const noexcept;

 private:
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace usher
