// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/code_digits.h"

#include <fmt/format.h>
#include <liboath/oath.h>
#include <sodium.h>
#include <strings.h>

#include <cstring>
#include <ctime>
#include <limits>
#include <span>

namespace usher {
namespace {

// liboath's own start-up (its HMAC library's) is not safe to run twice at once; this is.
Result<void> oath_ready() {
  static const int result = ::oath_init();
  if (result != OATH_OK) return failure(fmt::format("liboath: {}", ::oath_strerror(result)));
  return {};
}

int flags_of(OtpAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case OtpAlgorithm::sha256:
      return OATH_TOTP_HMAC_SHA256;
    case OtpAlgorithm::sha512:
      return OATH_TOTP_HMAC_SHA512;
    case OtpAlgorithm::sha1:
      break;
  }
  return 0;
}

bool in_range(const OtpParameters& parameters) noexcept {
  return parameters.algorithm >= OtpAlgorithm::sha1 &&
         parameters.algorithm <= OtpAlgorithm::sha512 && parameters.digits >= 6 &&
         parameters.digits <= kMostDigits && parameters.period >= 1 && parameters.period <= 3600;
}

/// A digit or a space of an answer, and what is behind it.
struct Sign {
  std::optional<char> digit;  // none for a space
  std::size_t size = 0;       // in bytes; 0 where it is neither
};

Sign sign_at(std::string_view text) noexcept {
  if (text[0] >= '0' && text[0] <= '9') return {.digit = text[0], .size = 1};
  if (text[0] == ' ') return {.digit = {}, .size = 1};
  if (text.starts_with("\u3000")) return {.digit = {}, .size = 3};
  if (text.size() >= 3 && text.starts_with("\xef\xbc") && text[2] >= '\x90' && text[2] <= '\x99')
    return {.digit = static_cast<char>('0' + (text[2] - '\x90')), .size = 3};
  return {};
}

/// Puts the digits of `text` into `out`; 0 where there are more than it holds, or something else.
std::size_t digits_in(std::string_view text, std::span<char> out) noexcept {
  std::size_t used = 0;
  while (!text.empty()) {
    const Sign sign = sign_at(text);
    if (sign.size == 0 || (sign.digit && used == out.size())) return 0;
    if (sign.digit) out[used++] = *sign.digit;
    text.remove_prefix(sign.size);
  }
  return used;
}

/// A counter's code is that of the time step of one second each (RFC 6238 section 4.2).
unsigned period_of(const OtpParameters& parameters) noexcept {
  return parameters.kind == OtpKind::hotp ? 1 : parameters.period;
}

}  // namespace

CodeDigits::~CodeDigits() { ::explicit_bzero(text_.data(), text_.size()); }

CodeDigits CodeDigits::typed(const Secret& answer) noexcept {
  CodeDigits code;
  code.size_ = digits_in(answer.expose(), std::span(code.text_).first<kMostDigits>());
  return code;
}

std::optional<std::pair<CodeDigits, CodeDigits>> CodeDigits::typed_pair(
    const Secret& answer, std::size_t digits) noexcept {
  if (digits == 0 || digits > kMostDigits) return std::nullopt;
  std::array<char, 2 * kMostDigits> both{};
  const bool pair = digits_in(answer.expose(), both) == 2 * digits;
  std::pair<CodeDigits, CodeDigits> codes;
  if (pair) {
    std::memcpy(codes.first.text_.data(), both.data(), digits);
    std::memcpy(codes.second.text_.data(), &both[digits], digits);
    codes.first.size_ = codes.second.size_ = digits;
  }
  ::explicit_bzero(both.data(), both.size());
  if (!pair) return std::nullopt;
  return codes;
}

Result<CodeDigits> CodeDigits::of_step(const Secret& seed, const OtpParameters& parameters,
                                       std::uint64_t step) {
  if (const auto ready = oath_ready(); !ready) return std::unexpected(ready.error());
  if (seed.empty()) return failure("a generator has no seed");
  if (!in_range(parameters)) return failure("a generator's parameters are out of range");
  const unsigned period = period_of(parameters);
  if (step > static_cast<std::uint64_t>(std::numeric_limits<std::time_t>::max()) / period)
    return failure("a time step is out of range");
  const auto moment = static_cast<std::time_t>(step * period);
  CodeDigits code;
  const auto key = seed.expose();
  const int result =
      ::oath_totp_generate2(key.data(), key.size(), moment, period, 0, parameters.digits,
                            flags_of(parameters.algorithm), code.text_.data());
  if (result != OATH_OK) return failure(fmt::format("liboath: {}", ::oath_strerror(result)));
  code.size_ = parameters.digits;
  return code;
}

bool CodeDigits::equals(const CodeDigits& other) const noexcept {
  // All bytes in any case: what is beyond the code is zero.
  const bool same = sodium_memcmp(text_.data(), other.text_.data(), text_.size()) == 0;
  return same && size_ == other.size_ && size_ > 0;
}

std::uint64_t totp_step(std::int64_t wall_microseconds, const OtpParameters& parameters) {
  const std::int64_t seconds = wall_microseconds / 1'000'000;
  if (seconds <= 0 || parameters.period == 0) return 0;
  return static_cast<std::uint64_t>(seconds) / parameters.period;
}

Result<Secret> code_of(const Secret& seed, const OtpParameters& parameters, std::uint64_t step) {
  const auto code = CodeDigits::of_step(seed, parameters, step);
  if (!code) return std::unexpected(code.error());
  Secret kept;
  if (!kept.assign(code->expose())) return failure("no memory for a code");
  return kept;
}

}  // namespace usher
