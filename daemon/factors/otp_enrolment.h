// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "daemon/model/effect.h"
#include "daemon/model/result.h"
#include "usher/secret.h"

namespace usher {

/// A fresh seed of the length the algorithm's hash has (RFC 4226 section 4, R6; RFC 6238 section
/// 5.1): 20, 32 or 64 bytes. Empty where memory could not be had.
[[nodiscard]] Secret new_seed(OtpAlgorithm algorithm);

/// "otpauth://totp/Usher%20on%20HOST:USER?secret=...&issuer=...": what authenticator apps read.
/// Holds the seed, hence a Secret. An Error where it would be longer than one holds.
[[nodiscard]] Result<Secret> otpauth_uri(const Secret& seed, const OtpParameters& parameters,
                                         std::string_view machine, std::string_view user);

/// The seed in base32 in groups of four (RFC 4648 section 6), for typing by hand.
[[nodiscard]] Result<Secret> base32_of(const Secret& seed);

[[nodiscard]] std::string_view name_of(OtpAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<OtpAlgorithm> otp_algorithm_named(std::string_view name) noexcept;

}  // namespace usher
