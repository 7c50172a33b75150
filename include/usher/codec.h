// SPDX-License-Identifier: Apache-2.0
// Packet = type (1 byte), then fields; field = tag (1 byte), length (2 bytes, big-endian), bytes.
// Each field of a message appears exactly once, in any order, and nothing else does: a missing, a
// repeated, an unknown or an over-long field refuses the packet. Which fields a message has is a
// matter of the dialogue's version. Decoding copies and allocates nothing; what it returns are
// views into the packet.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <expected>
#include <span>
#include <string_view>
#include <type_traits>

#include "usher/message.h"

namespace usher {

enum class DecodeError : std::uint8_t {
  empty = 1,
  wrong_type,
  truncated,
  bad_tag,
  repeated_field,
  missing_field,
  unknown_field,
  bad_length,
  bad_value,
};

namespace codec_detail {

inline constexpr std::size_t kMaxTag = 31;

template <typename Enum, std::size_t Count>
[[nodiscard]] constexpr bool contains(const std::array<Enum, Count>& allowed, Enum value) noexcept {
  return std::ranges::find(allowed, value) != allowed.end();
}

class FieldWriter {
 public:
  FieldWriter(std::span<std::uint8_t> out, std::uint8_t type, std::uint16_t version) noexcept
      : out_(out), version_(version) {
    if (out_.empty()) return;
    out_[0] = type;
    used_ = 1;
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] bool since(std::uint16_t version) const noexcept { return version_ >= version; }

  template <typename Number>
  bool number(std::uint8_t tag, Number value) noexcept {
    static_assert(std::is_unsigned_v<Number>);
    std::array<std::uint8_t, sizeof(Number)> bytes{};
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      bytes[sizeof(Number) - 1 - i] = static_cast<std::uint8_t>(std::uint64_t{value} >> (8 * i));
    return field(tag, bytes.data(), bytes.size());
  }
  template <typename Enum>
  bool enumeration(std::uint8_t tag, Enum value, Enum least, Enum most) noexcept {
    if (value < least || value > most) return false;
    return number(tag, static_cast<std::underlying_type_t<Enum>>(value));
  }
  bool seal(std::uint8_t tag, Seal value) noexcept {
    return number(tag, static_cast<std::uint64_t>(value));
  }
  /// For values that lie bits apart and so in no range.
  template <typename Enum, std::size_t Count>
  bool one_of(std::uint8_t tag, Enum value, const std::array<Enum, Count>& allowed) noexcept {
    return contains(allowed, value) &&
           number(tag, static_cast<std::underlying_type_t<Enum>>(value));
  }
  bool text(std::uint8_t tag, std::string_view value, std::size_t limit) noexcept {
    if (value.size() > limit || value.find('\0') != std::string_view::npos) return false;
    return field(tag, value.data(), value.size());
  }

 private:
  bool field(std::uint8_t tag, const void* bytes, std::size_t size) noexcept {
    if (used_ == 0 || out_.size() - used_ < size + 3) return false;
    out_[used_] = tag;
    out_[used_ + 1] = static_cast<std::uint8_t>(size >> 8);
    out_[used_ + 2] = static_cast<std::uint8_t>(size & 0xff);
    if (size > 0) std::memcpy(&out_[used_ + 3], bytes, size);
    used_ += size + 3;
    return true;
  }
  std::span<std::uint8_t> out_;
  std::size_t used_ = 0;
  std::uint16_t version_;
};

class FieldReader {
 public:
  explicit FieldReader(std::uint16_t version) noexcept : version_(version) {}
  /// Splits the packet after its type byte into fields; no field's content is looked at yet.
  std::expected<void, DecodeError> split(std::span<const std::uint8_t> packet) noexcept {
    std::size_t at = 1;
    while (at < packet.size()) {
      if (packet.size() - at < 3) return std::unexpected(DecodeError::truncated);
      const std::size_t tag = packet[at];
      const std::size_t size = static_cast<std::size_t>(packet[at + 1]) << 8 | packet[at + 2];
      at += 3;
      if (tag == 0 || tag > kMaxTag) return std::unexpected(DecodeError::bad_tag);
      if (packet.size() - at < size) return std::unexpected(DecodeError::truncated);
      if (present_ & bit(tag)) return std::unexpected(DecodeError::repeated_field);
      present_ |= bit(tag);
      fields_[tag] = packet.subspan(at, size);
      at += size;
    }
    return {};
  }
  [[nodiscard]] DecodeError error() const noexcept { return error_; }
  /// True once every field that was present has been asked for.
  [[nodiscard]] bool all_taken() const noexcept { return present_ == taken_; }
  [[nodiscard]] bool since(std::uint16_t version) const noexcept { return version_ >= version; }

  template <typename Number>
  bool number(std::uint8_t tag, Number& value) noexcept {
    static_assert(std::is_unsigned_v<Number>);
    const auto bytes = take(tag);
    if (error_ != DecodeError{}) return false;
    if (bytes.size() != sizeof(Number)) return fail(DecodeError::bad_length);
    std::uint64_t wide = 0;
    for (const std::uint8_t byte : bytes) wide = wide << 8 | byte;
    value = static_cast<Number>(wide);
    return true;
  }
  template <typename Enum>
  bool enumeration(std::uint8_t tag, Enum& value, Enum least, Enum most) noexcept {
    std::underlying_type_t<Enum> raw{};
    if (!number(tag, raw)) return false;
    const auto read = static_cast<Enum>(raw);
    if (read < least || read > most) return fail(DecodeError::bad_value);
    value = read;
    return true;
  }
  bool seal(std::uint8_t tag, Seal& value) noexcept {
    std::uint64_t raw = 0;
    if (!number(tag, raw)) return false;
    const auto read = static_cast<Seal>(raw);
    if (read != Seal::success && read != Seal::ignore && read != Seal::denied)
      return fail(DecodeError::bad_value);
    value = read;
    return true;
  }
  template <typename Enum, std::size_t Count>
  bool one_of(std::uint8_t tag, Enum& value, const std::array<Enum, Count>& allowed) noexcept {
    std::underlying_type_t<Enum> raw{};
    if (!number(tag, raw)) return false;
    if (!contains(allowed, static_cast<Enum>(raw))) return fail(DecodeError::bad_value);
    value = static_cast<Enum>(raw);
    return true;
  }
  bool text(std::uint8_t tag, std::string_view& value, std::size_t limit) noexcept {
    const auto bytes = take(tag);
    if (error_ != DecodeError{}) return false;
    if (bytes.size() > limit) return fail(DecodeError::bad_length);
    const std::string_view read(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    // Every text becomes a C string in somebody's hands; a NUL would make two readers disagree.
    if (read.find('\0') != std::string_view::npos) return fail(DecodeError::bad_value);
    value = read;
    return true;
  }

 private:
  static std::uint32_t bit(std::size_t tag) noexcept { return std::uint32_t{1} << tag; }
  std::span<const std::uint8_t> take(std::uint8_t tag) noexcept {
    if (!(present_ & bit(tag))) {
      error_ = DecodeError::missing_field;
      return {};
    }
    taken_ |= bit(tag);
    return fields_[tag];
  }
  bool fail(DecodeError error) noexcept {
    error_ = error;
    return false;
  }

  std::array<std::span<const std::uint8_t>, kMaxTag + 1> fields_{};
  std::uint32_t present_ = 0;
  std::uint32_t taken_ = 0;
  DecodeError error_{};
  std::uint16_t version_;
};

}  // namespace codec_detail

/// Writes `message` into `out`, with the fields of `version`. Returns the packet's size, or 0 where
/// a field is over its limit, holds a NUL, or `out` is too small.
template <typename Message>
[[nodiscard]] std::size_t encode(const Message& message, std::span<std::uint8_t> out,
                                 std::uint16_t version = kNewestVersion) noexcept {
  codec_detail::FieldWriter writer(out, static_cast<std::uint8_t>(Message::kType), version);
  return Message::fields(writer, message) ? writer.used() : 0;
}

/// The type byte, where it is one of a dialogue's seven.
[[nodiscard]] inline std::expected<MessageType, DecodeError> type_of(
    std::span<const std::uint8_t> packet) noexcept {
  if (packet.empty()) return std::unexpected(DecodeError::empty);
  const auto type = static_cast<MessageType>(packet[0]);
  if (type < MessageType::hello || type > MessageType::verdict)
    return std::unexpected(DecodeError::wrong_type);
  return type;
}

/// Reads a packet as a `Message`, of a dialogue or of another protocol with this scheme of fields,
/// which has the fields of `version`. Views in the result point into `packet`.
template <typename Message>
[[nodiscard]] std::expected<Message, DecodeError> decode(
    std::span<const std::uint8_t> packet, std::uint16_t version = kNewestVersion) noexcept {
  if (packet.empty()) return std::unexpected(DecodeError::empty);
  if (packet[0] != static_cast<std::uint8_t>(Message::kType))
    return std::unexpected(DecodeError::wrong_type);
  codec_detail::FieldReader reader(version);
  if (const auto split = reader.split(packet); !split) return std::unexpected(split.error());
  Message message;
  if (!Message::fields(reader, message)) return std::unexpected(reader.error());
  if (!reader.all_taken()) return std::unexpected(DecodeError::unknown_field);
  return message;
}

}  // namespace usher
