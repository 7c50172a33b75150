// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/totp.h"

#include <fmt/format.h>
#include <liboath/oath.h>
#include <sodium.h>
#include <strings.h>

#include <ctime>
#include <limits>

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

}  // namespace

CodeDigits::~CodeDigits() { ::explicit_bzero(text_.data(), text_.size()); }

CodeDigits CodeDigits::typed(const Secret& answer) noexcept {
  CodeDigits code;
  bool sound = true;
  std::size_t used = 0;
  for (const char character : answer.expose()) {
    if (character == ' ') continue;
    if (character < '0' || character > '9' || used == kMostDigits) {
      sound = false;
      break;
    }
    code.text_[used++] = character;
  }
  code.size_ = sound ? used : 0;
  return code;
}

Result<CodeDigits> CodeDigits::of_step(const Secret& seed, const OtpParameters& parameters,
                                       std::uint64_t step) {
  if (const auto ready = oath_ready(); !ready) return std::unexpected(ready.error());
  if (seed.empty()) return failure("a generator has no seed");
  if (!in_range(parameters)) return failure("a generator's parameters are out of range");
  if (step >
      static_cast<std::uint64_t>(std::numeric_limits<std::time_t>::max()) / parameters.period)
    return failure("a time step is out of range");
  const auto moment = static_cast<std::time_t>(step * parameters.period);
  CodeDigits code;
  const auto key = seed.expose();
  const int result =
      ::oath_totp_generate2(key.data(), key.size(), moment, parameters.period, 0, parameters.digits,
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

Result<Secret> totp_code(const Secret& seed, const OtpParameters& parameters, std::uint64_t step) {
  const auto code = CodeDigits::of_step(seed, parameters, step);
  if (!code) return std::unexpected(code.error());
  Secret kept;
  if (!kept.assign(code->expose())) return failure("no memory for a code");
  return kept;
}

}  // namespace usher
