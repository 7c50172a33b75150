// SPDX-License-Identifier: Apache-2.0
// As much of the protocol buffers' encoding (protobuf.dev/programming-guides/encoding) as a message
// of two levels takes. Of our own, since libprotobuf would leave copies of what it reads, seeds,
// all over the heap.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace usher::interchange {

/// One field of a message, and its value: what is not a number is bytes.
struct Field {
  std::uint64_t number = 0;
  std::optional<std::uint64_t> value;     // of a varint
  std::optional<std::string_view> bytes;  // of a length-delimited field
};

/// The fields of one message, in their order. Never reads outside of `message`, which must outlive
/// it.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  /// The next one; fields of a fixed size come without a value. None at the end, and where the
  /// message is broken, which is_broken() tells.
  [[nodiscard]] std::optional<Field> next();
  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  [[nodiscard]] std::optional<std::uint64_t> varint();
  [[nodiscard]] std::optional<std::string_view> take(std::uint64_t size);

  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace usher::interchange
