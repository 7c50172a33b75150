// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace usher {

/// A name for one event: 128 bits of getrandom(2) as 32 hex digits. Thread-safe. Should the kernel
/// have no random numbers, the id is empty: it names an event and protects nothing.
[[nodiscard]] std::string new_event_id();

}  // namespace usher
