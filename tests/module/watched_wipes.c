// SPDX-License-Identifier: Apache-2.0
// In C, and without <string.h>, whose inline definitions these would meet.
#include "tests/module/watched_wipes.h"

#include <pthread.h>

#define REMEMBERED 64
#define EXPORTED __attribute__((visibility("default")))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
  const void* address;
  size_t size;
} wiped[REMEMBERED];
static size_t next;

void explicit_bzero(void* bytes, size_t size);
void __explicit_bzero_chk(void* bytes, size_t size, size_t room);

EXPORTED void explicit_bzero(void* bytes, size_t size) {
  volatile unsigned char* at = bytes;
  for (size_t i = 0; i < size; ++i) at[i] = 0;
  pthread_mutex_lock(&mutex);
  wiped[next].address = bytes;
  wiped[next].size = size;
  next = (next + 1) % REMEMBERED;
  pthread_mutex_unlock(&mutex);
}

/// What _FORTIFY_SOURCE makes of it.
EXPORTED void __explicit_bzero_chk(void* bytes, size_t size, size_t room) {
  (void)room;
  explicit_bzero(bytes, size);
}

size_t take_wiped(const void* address) {
  size_t size = 0;
  pthread_mutex_lock(&mutex);
  for (size_t i = 0; i < REMEMBERED; ++i) {
    if (wiped[i].address != address) continue;
    size = wiped[i].size;
    wiped[i].address = NULL;
  }
  pthread_mutex_unlock(&mutex);
  return size;
}
