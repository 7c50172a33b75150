// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "daemon/factors/secret_text.h"
#include "usher/secret.h"

namespace usher {

/// `content` as a QR code drawn in block characters, two modules a character, with the quiet zone
/// that readers want; light modules are drawn, so that it reads on a dark terminal and, by readers
/// that take inverted codes, on a light one. None where it would not fit into one prompt.
[[nodiscard]] std::optional<SecretText> qr_text(const Secret& content);

}  // namespace usher
