// SPDX-License-Identifier: Apache-2.0
//
// People who come and go through the real libpam, while something else happens to usherd.
//
//   session_storm SERVICE USER ANSWER-FILE LOGINS STAY FOLDER
//
// LOGINS people get in, several at a time, each in a process of their own; who is refused tries
// again in a new one. Two of three close their session, the others end without a word, and the last
// STAY stay until FOLDER/leave is there. What each process came to is a line "PID
// left|vanished|stays|refused" in FOLDER/told. FOLDER/all-in is there once all have been let in.
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/answers.h"

enum { kWorkers = 6, kPause = 10 };

struct storm {
  const char* service;
  const char* user;
  const char* answer;
  long logins;
  long stay;
  const char* folder;
};

enum kind { kLeaves, kVanishes, kStays };

static void pause_for(long milliseconds) {
  const struct timespec time = {.tv_sec = milliseconds / 1000,
                                .tv_nsec = milliseconds % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

static bool is_there(const struct storm* storm, const char* name) {
  char path[4096];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", storm->folder, name);
  return stat(path, &status) == 0;
}

static void make(const struct storm* storm, const char* name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", storm->folder, name);
  close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

/// One write of one short line: none is lost among others.
static void tell(const struct storm* storm, const char* what) {
  char path[4096];
  char line[64];
  snprintf(path, sizeof path, "%s/told", storm->folder);
  const int size = snprintf(line, sizeof line, "%d %s\n", getpid(), what);
  const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || write(file, line, (size_t)size) != size) abort();
  close(file);
}

static _Noreturn void be_a_person(const struct storm* storm, enum kind kind, int ready) {
  char answer[kAnswerBytes];
  snprintf(answer, sizeof answer, "%s", storm->answer);
  const struct pam_conv conversation = {give_answer, answer};
  pam_handle_t* handle = NULL;
  if (pam_start(storm->service, storm->user, &conversation, &handle) != PAM_SUCCESS) _exit(1);
  if (pam_authenticate(handle, 0) != PAM_SUCCESS || pam_acct_mgmt(handle, 0) != PAM_SUCCESS ||
      pam_open_session(handle, 0) != PAM_SUCCESS) {
    tell(storm, "refused");
    _exit(1);
  }
  if (kind == kStays) {
    tell(storm, "stays");
    if (write(ready, "i", 1) != 1) _exit(1);
    while (!is_there(storm, "leave")) pause_for(5L * kPause);
    pam_close_session(handle, 0);
    _exit(0);
  }
  pause_for(getpid() % 20);
  // A usherd that is just being killed hears of neither.
  const bool closed = kind == kLeaves && pam_close_session(handle, 0) == PAM_SUCCESS;
  tell(storm, closed ? "left" : "vanished");
  _exit(0);
}

/// Until somebody of that kind is in; each try is a process of its own.
static void let_in(const struct storm* storm, enum kind kind) {
  for (;;) {
    int ready[2];
    int status = 0;
    char byte = 0;
    if (pipe(ready) != 0) abort();
    const pid_t child = fork();
    if (child == 0) be_a_person(storm, kind, ready[1]);
    if (child < 0) abort();
    close(ready[1]);
    const bool stays = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (stays) return;
    if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
      return;
    pause_for(kPause);
  }
}

static enum kind kind_of(const struct storm* storm, long number) {
  if (number >= storm->logins - storm->stay) return kStays;
  return number % 3 == 2 ? kVanishes : kLeaves;
}

static _Noreturn void work(const struct storm* storm, long first, int done) {
  for (long number = first; number < storm->logins; number += kWorkers)
    let_in(storm, kind_of(storm, number));
  if (write(done, "d", 1) != 1) _exit(1);
  while (wait(NULL) > 0 || errno == EINTR) {
  }
  _exit(0);
}

int main(int argc, char** argv) {
  static char answer[kAnswerBytes];
  int done[2];
  if (argc != 7 || !read_answer(argv[3], answer) || pipe(done) != 0) {
    fputs("usage: session_storm SERVICE USER ANSWER-FILE LOGINS STAY FOLDER\n", stderr);
    return 2;
  }
  const struct storm storm = {.service = argv[1],
                              .user = argv[2],
                              .answer = answer,
                              .logins = strtol(argv[4], NULL, 10),
                              .stay = strtol(argv[5], NULL, 10),
                              .folder = argv[6]};
  for (long worker = 0; worker < kWorkers; ++worker) {
    const pid_t child = fork();
    if (child == 0) work(&storm, worker, done[1]);
    if (child < 0) abort();
  }
  close(done[1]);
  char byte = 0;
  for (int worker = 0; worker < kWorkers; ++worker)
    if (read(done[0], &byte, 1) != 1) return 1;
  make(&storm, "all-in");
  while (wait(NULL) > 0 || errno == EINTR) {
  }
  return 0;
}
