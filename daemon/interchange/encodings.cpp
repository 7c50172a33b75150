// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/encodings.h"

namespace usher::interchange {
namespace {

std::optional<std::uint8_t> base64_digit(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0' + 52);
  if (c == '+' || c == '-') return std::uint8_t{62};
  if (c == '/' || c == '_') return std::uint8_t{63};
  return std::nullopt;
}

/// `text` without the padding at its end.
std::string_view unpadded(std::string_view text) noexcept {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::uint8_t> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::expected<SecretBytes, std::size_t> percent_decoded(std::string_view text) {
  SecretBytes bytes(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char byte = text[at];
    if (byte == '%') {
      if (text.size() - at < 3) return std::unexpected(at);
      const auto high = hex_digit(text[at + 1]);
      const auto low = hex_digit(text[at + 2]);
      if (!high || !low) return std::unexpected(at);
      byte = static_cast<char>(*high << 4U | *low);
      at += 2;
    }
    if (!bytes.append(byte)) return std::unexpected(at);
  }
  return bytes;
}

std::expected<SecretBytes, std::size_t> base64_decoded(std::string_view text) {
  const std::string_view digits = unpadded(text);
  SecretBytes bytes(digits.size());
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    const auto digit = base64_digit(digits[at]);
    if (!digit) return std::unexpected(at);
    bits = (bits << 6U) | *digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (!bytes.append(static_cast<char>(bits >> held & 0xffU))) return std::unexpected(at);
  }
  // Six bits left are a digit that no byte ends with.
  if (held == 6) return std::unexpected(digits.size());
  return bytes;
}

}  // namespace usher::interchange
