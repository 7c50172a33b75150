// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/seed.h"

#include <fmt/format.h>

#include <cstdint>

#include "daemon/interchange/encodings.h"

namespace usher::interchange {
namespace {

constexpr std::size_t kFewestBytes = 16;
constexpr std::size_t kMostSeedBytes = 128;
constexpr std::string_view kCutHint =
    "a character is missing, or there is one too many: copy it anew";

std::optional<std::uint8_t> base32_digit(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a');
  if (c >= '2' && c <= '7') return static_cast<std::uint8_t>(c - '2' + 26);
  return std::nullopt;
}

bool divides(char c) noexcept { return c == ' ' || c == '\t' || c == '-'; }

/// The position alone is told: the character is part of a secret.
BadSeed bad_character(std::size_t at, std::string_view alphabet) {
  return {.problem = {.message = fmt::format("character {} of the secret is not one of {}", at + 1,
                                             alphabet),
                      .hint = "copy the secret anew: it is damaged, or of another encoding"},
          .at = at};
}

BadSeed no_room() {
  return {
      .problem = {.message = "the secret is too long, or there is no memory for it", .hint = {}}};
}

/// How many characters of `text` are digits; or the first that is neither that nor may stand there.
std::expected<std::size_t, BadSeed> count_base32(std::string_view text) {
  std::size_t digits = 0;
  bool padding = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (divides(text[at])) continue;
    if (text[at] == '=' && digits > 0) {
      padding = true;
      continue;
    }
    if (padding || !base32_digit(text[at]))
      return std::unexpected(bad_character(at, "base32 (A to Z, 2 to 7)"));
    ++digits;
  }
  // What no number of whole bytes comes out as.
  const std::size_t last = digits % 8;
  if (last == 1 || last == 3 || last == 6)
    return std::unexpected(
        BadSeed{.problem = {.message = fmt::format("the secret has {} characters, which is no "
                                                   "length that base32 has",
                                                   digits),
                            .hint = std::string(kCutHint)}});
  return digits;
}

}  // namespace

std::expected<Secret, BadSeed> seed_of_base32(std::string_view text) {
  const auto digits = count_base32(text);
  if (!digits) return std::unexpected(digits.error());
  Secret seed;
  const auto bytes = seed.resize(*digits * 5 / 8);
  if (*digits > 0 && bytes.empty()) return std::unexpected(no_room());
  std::size_t written = 0;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const auto digit = base32_digit(c);
    if (!digit) continue;
    bits = (bits << 5U) | *digit;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes[written++] = static_cast<std::uint8_t>(bits >> held);
  }
  return seed;
}

std::expected<Secret, BadSeed> seed_of_hex(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (!hex_digit(text[at]))
      return std::unexpected(bad_character(at, "hexadecimal (0 to 9, a to f)"));
  if (text.size() % 2 != 0)
    return std::unexpected(
        BadSeed{.problem = {.message = fmt::format(
                                "the secret has {} characters, and two make a byte", text.size()),
                            .hint = std::string(kCutHint)}});
  Secret seed;
  const auto bytes = seed.resize(text.size() / 2);
  if (!text.empty() && bytes.empty()) return std::unexpected(no_room());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] =
        static_cast<std::uint8_t>(*hex_digit(text[2 * i]) << 4U | *hex_digit(text[2 * i + 1]));
  return seed;
}

std::optional<Problem> problem_of_seed(const Secret& seed) {
  if (seed.empty())
    return Problem{.message = "there is no secret", .hint = "look at the entry: it is not whole"};
  if (seed.size() < kFewestBytes)
    return Problem{.message = fmt::format("the secret has {} bits, and codes are only safe with {} "
                                          "or more (RFC 4226 section 4, R6)",
                                          seed.size() * 8, kFewestBytes * 8),
                   .hint = "enrol anew, by `usherctl otp add`"};
  if (seed.size() > kMostSeedBytes)
    return Problem{.message = fmt::format("the secret has {} bits, and Usher takes up to {}",
                                          seed.size() * 8, kMostSeedBytes * 8),
                   .hint = "enrol anew, by `usherctl otp add`"};
  return std::nullopt;
}

}  // namespace usher::interchange
