// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace usher {

/// A name for one event or one session: 128 bits of getrandom(2) as 32 hex digits in lower case.
/// Thread-safe. Should the kernel have no random numbers, it is empty.
[[nodiscard]] std::string new_random_id();

}  // namespace usher
