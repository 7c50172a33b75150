// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "daemon/interchange/gathering.h"
#include "usher/secret.h"

namespace usher::interchange {

/// What is wrong with the text of a seed, and at which byte of it.
struct BadSeed {
  Problem problem;
  std::size_t at = 0;
};

/// The seed that `text` is in base32 (RFC 4648 section 6): in either case, with blanks and hyphens
/// between the letters or without, padded or not.
[[nodiscard]] std::expected<Secret, BadSeed> seed_of_base32(std::string_view text);

/// The same of hexadecimal digits, in either case.
[[nodiscard]] std::expected<Secret, BadSeed> seed_of_hex(std::string_view text);

/// What speaks against a seed: that it is shorter than 128 bits (RFC 4226 section 4, R6), or longer
/// than 1024.
[[nodiscard]] std::optional<Problem> problem_of_seed(const Secret& seed);

}  // namespace usher::interchange
