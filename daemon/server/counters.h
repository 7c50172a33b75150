// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace usher {

/// What happened since usherd started. Each number is right by itself; together they are a
/// snapshot only of a quiet moment. Thread-safe.
struct Counters {
  std::atomic<std::uint64_t> dialogues_now{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> denied{0};
  std::atomic<std::uint64_t> observed{0};  // left to the rest of the stack
  /// Turned away before a dialogue began: over a cap, or not a request.
  std::atomic<std::uint64_t> refused{0};
};

}  // namespace usher
