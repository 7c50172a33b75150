// SPDX-License-Identifier: Apache-2.0
//
// Somebody who wants to be taken for a process of another session, where pids are soon given again.
//
//   pid_wrap SERVICE USER ANSWER-FILE FORKS
//
// As root. Sessions of USER are opened by processes that prove the password (to SERVICE, "-door"
// behind it) and end after a moment, again and again. Processes of the same user, which descend
// from none of those, ask SERVICE for entry, each while its parent ends and pids go round; they
// answer no prompt, so being let in means that what another session holds was taken for theirs.
// FORKS is how many there are at least. One more asks below a session, and is let in.
//
// Prints "asked=N stolen=N own=0|1 rounds=N", rounds being how often one of those who ask saw pids
// begin anew between two forks of theirs.
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/answers.h"

enum { kHolders = 3, kThieves = 4 };

struct tally {
  unsigned long asked;
  unsigned long stolen;
  unsigned long rounds;
};
static struct tally* tally;

/// As sudo is: root, started by the person.
static void be_started_by(uid_t uid) {
  if (setresuid(uid, 0, 0) != 0) _exit(3);
}

/// Whether the service lets in; `answer` is what is answered to each prompt, or NULL for nothing.
static bool is_let_in(const char* service, const char* user, char* answer) {
  const struct pam_conv conversation = {give_answer, answer};
  pam_handle_t* handle = NULL;
  if (pam_start(service, user, &conversation, &handle) != PAM_SUCCESS) _exit(3);
  const int result = pam_authenticate(handle, PAM_SILENT);
  pam_end(handle, result);
  return result == PAM_SUCCESS;
}

/// Opens a session that holds the password, and ends with it soon, or once a child of it was let
/// in.
static _Noreturn void hold(const char* service, const char* user, uid_t uid, char* answer,
                           int own) {
  char door[256];
  snprintf(door, sizeof door, "%s-door", service);
  const struct pam_conv conversation = {give_answer, answer};
  pam_handle_t* handle = NULL;
  if (pam_start(door, user, &conversation, &handle) != PAM_SUCCESS ||
      pam_authenticate(handle, 0) != PAM_SUCCESS || pam_open_session(handle, 0) != PAM_SUCCESS)
    _exit(4);
  if (own >= 0) {
    const pid_t child = fork();
    if (child == 0) {
      be_started_by(uid);
      _exit(is_let_in(service, user, NULL) ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    const char result = status == 0 ? '1' : '0';
    if (write(own, &result, 1) != 1) _exit(3);
  } else {
    poll(NULL, 0, 3);
  }
  _exit(0);
}

static _Noreturn void keep_holding(const char* service, const char* user, uid_t uid, char* answer) {
  for (;;) {
    const pid_t child = fork();
    if (child == 0) hold(service, user, uid, answer, -1);
    if (child > 0) waitpid(child, NULL, 0);
  }
}

/// Its parent ends at once, and much is forked around it, so that the parent's pid is soon
/// another's.
static void ask_as_orphan(const char* service, const char* user, uid_t uid) {
  const pid_t parent = fork();
  if (parent != 0) {
    if (parent > 0) waitpid(parent, NULL, 0);
    return;
  }
  if (fork() == 0) {
    be_started_by(uid);
    const bool stolen = is_let_in(service, user, NULL);
    __atomic_fetch_add(&tally->asked, 1, __ATOMIC_RELAXED);
    if (stolen) __atomic_fetch_add(&tally->stolen, 1, __ATOMIC_RELAXED);
    _exit(0);
  }
  _exit(0);
}

static _Noreturn void steal(const char* service, const char* user, uid_t uid, unsigned long forks) {
  pid_t last = 0;
  while (__atomic_load_n(&tally->asked, __ATOMIC_RELAXED) < forks) {
    ask_as_orphan(service, user, uid);
    for (int i = 0; i < 8; ++i) {
      const pid_t child = fork();
      if (child == 0) _exit(0);
      if (child < 0) continue;
      if (child < last) __atomic_fetch_add(&tally->rounds, 1, __ATOMIC_RELAXED);
      last = child;
      waitpid(child, NULL, 0);
    }
  }
  _exit(0);
}

int main(int argc, char** argv) {
  static char answer[kAnswerBytes];
  const struct passwd* person = argc == 5 ? getpwnam(argv[2]) : NULL;
  tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (person == NULL || tally == MAP_FAILED || !read_answer(argv[3], answer)) {
    fputs("usage: pid_wrap SERVICE USER ANSWER-FILE FORKS\n", stderr);
    return 2;
  }
  const char* const service = argv[1];
  const char* const user = argv[2];
  const uid_t uid = person->pw_uid;
  int own[2];
  char let_in = '0';
  if (pipe(own) != 0) return 2;
  const pid_t first = fork();
  if (first == 0) hold(service, user, uid, answer, own[1]);
  close(own[1]);
  if (read(own[0], &let_in, 1) != 1) let_in = '0';
  waitpid(first, NULL, 0);

  pid_t holders[kHolders];
  for (int i = 0; i < kHolders; ++i)
    if ((holders[i] = fork()) == 0) keep_holding(service, user, uid, answer);
  pid_t thieves[kThieves];
  for (int i = 0; i < kThieves; ++i)
    if ((thieves[i] = fork()) == 0) steal(service, user, uid, strtoul(argv[4], NULL, 10));
  for (int i = 0; i < kThieves; ++i) waitpid(thieves[i], NULL, 0);
  for (int i = 0; i < kHolders; ++i) {
    kill(holders[i], SIGKILL);
    waitpid(holders[i], NULL, 0);
  }
  printf("asked=%lu stolen=%lu own=%c rounds=%lu\n", tally->asked, tally->stolen, let_in,
         tally->rounds);
  return 0;
}
