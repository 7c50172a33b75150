// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/protobuf.h"

namespace usher::interchange {
namespace {

// Groups (3 and 4) are of a time long past.
enum class WireType : std::uint8_t { varint = 0, eight_bytes = 1, bytes = 2, four_bytes = 5 };

}  // namespace

std::optional<Field> Fields::next() {
  if (rest_.empty() || broken_) return std::nullopt;
  broken_ = true;
  const auto tag = varint();
  if (!tag || *tag >> 3U == 0) return std::nullopt;
  Field field{.number = *tag >> 3U};
  bool whole = false;
  switch (static_cast<WireType>(*tag & 7U)) {
    case WireType::varint:
      field.value = varint();
      whole = field.value.has_value();
      break;
    case WireType::bytes: {
      const auto size = varint();
      if (size) field.bytes = take(*size);
      whole = field.bytes.has_value();
      break;
    }
    case WireType::eight_bytes:
      whole = take(8).has_value();
      break;
    case WireType::four_bytes:
      whole = take(4).has_value();
      break;
  }
  if (!whole) return std::nullopt;
  broken_ = false;
  return field;
}

std::optional<std::uint64_t> Fields::varint() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) return std::nullopt;
    number |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return number;
  }
  return std::nullopt;
}

std::optional<std::string_view> Fields::take(std::uint64_t size) {
  if (size > rest_.size()) return std::nullopt;
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

}  // namespace usher::interchange
