// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// This program's explicit_bzero(3) remembers the start of the last pieces of memory it wiped.
/// Returns how many bytes from `address` on were last wiped, and forgets it; 0 where none were.
size_t take_wiped(const void* address);

#ifdef __cplusplus
}
#endif
