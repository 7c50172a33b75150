// SPDX-License-Identifier: Apache-2.0
//
// A name service for nsswitch.conf(5) that knows nobody, and hangs in each look-up for as long as
// the file /run/stage/stuck is there.
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED enum nss_status _nss_stuck_getpwnam_r(const char* name, struct passwd* record, char* room,
                                               size_t size, int* error);
EXPORTED enum nss_status _nss_stuck_getpwuid_r(uid_t uid, struct passwd* record, char* room,
                                               size_t size, int* error);
EXPORTED enum nss_status _nss_stuck_getgrnam_r(const char* name, struct group* record, char* room,
                                               size_t size, int* error);

static enum nss_status hang(void) {
  const struct timespec rest = {.tv_sec = 0, .tv_nsec = 20 * 1000 * 1000};
  while (access("/run/stage/stuck", F_OK) == 0) nanosleep(&rest, NULL);
  return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_stuck_getpwnam_r(const char* name, struct passwd* record, char* room,
                                      size_t size, int* error) {
  (void)name, (void)record, (void)room, (void)size, (void)error;
  return hang();
}

enum nss_status _nss_stuck_getpwuid_r(uid_t uid, struct passwd* record, char* room, size_t size,
                                      int* error) {
  (void)uid, (void)record, (void)room, (void)size, (void)error;
  return hang();
}

enum nss_status _nss_stuck_getgrnam_r(const char* name, struct group* record, char* room,
                                      size_t size, int* error) {
  (void)name, (void)record, (void)room, (void)size, (void)error;
  return hang();
}
