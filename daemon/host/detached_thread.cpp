// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/detached_thread.h"

#include <pthread.h>

#include <cstddef>

#if defined(__has_feature)
#define USHER_CLANG_SANITIZER (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define USHER_CLANG_SANITIZER 0
#endif

namespace usher {
namespace {

// A dialogue's frames, SQLite and the name services together stay far below this; memory is used
// page by page as it is touched. Sanitizers make frames many times larger.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || USHER_CLANG_SANITIZER
constexpr std::size_t kStackBytes = std::size_t{4} * 1024 * 1024;
#else
constexpr std::size_t kStackBytes = std::size_t{512} * 1024;
#endif

}  // namespace

bool start_detached(void* (*entry)(void*), void* argument) noexcept {
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return false;
  pthread_t thread{};
  const bool started = ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                       ::pthread_attr_setstacksize(&attributes, kStackBytes) == 0 &&
                       ::pthread_create(&thread, &attributes, entry, argument) == 0;
  ::pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace usher
