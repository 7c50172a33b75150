// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Makes a seed, shows it (QR code, URI, base32) and stores it once a code made from it has been
/// typed: what nobody can make codes for is never enrolled. The confirming code is spent with it.
/// `user` is the canonical name.
[[nodiscard]] Outcome enrol_otp(Hearing& hearing, const std::string& user);

}  // namespace usher
