// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace usher {

/// Starts a detached thread with a small stack, which runs `entry(argument)` (pthread_create(3)).
/// False where the system gives none; then nothing has run. Thread-safe.
[[nodiscard]] bool start_detached(void* (*entry)(void*), void* argument) noexcept;

}  // namespace usher
