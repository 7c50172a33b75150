// SPDX-License-Identifier: Apache-2.0
//
// Many logins at the same moment, each in a process of its own, through the real libpam.
//
//   login_storm SERVICE USER ANSWER-FILE PROCESSES
//
// Each process answers every prompt with the first line of ANSWER-FILE, but not before all of them
// are being asked: so all answers race. Prints "accepted=N denied=N unavailable=N other=N".
#include <errno.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/answers.h"

enum { kMostProcesses = 1000, kSeconds = 300 };
enum outcome { kAccepted, kDenied, kUnavailable, kOther, kOutcomes };

struct gate {
  int arrived;  // one byte is written when this process is being asked
  int opened;   // end of file when all are
  bool waited;
};

struct person {
  const char* answer;
  struct gate* gate;
};

static void wait_for_the_others(struct gate* gate) {
  char byte = 0;
  if (gate->waited) return;
  gate->waited = true;
  if (write(gate->arrived, "a", 1) != 1) _exit(kOther);
  close(gate->arrived);
  while (read(gate->opened, &byte, 1) < 0 && errno == EINTR) {
  }
}

static int converse(int count, const struct pam_message** messages, struct pam_response** replies,
                    void* data) {
  const struct person* person = data;
  for (int i = 0; i < count; ++i)
    if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
        messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
      wait_for_the_others(person->gate);
  return give_answer(count, messages, replies, (void*)(uintptr_t)person->answer);
}

static enum outcome log_in(const char* service, const char* user, struct person* person) {
  const struct pam_conv conversation = {converse, person};
  pam_handle_t* handle = NULL;
  if (pam_start(service, user, &conversation, &handle) != PAM_SUCCESS) return kOther;
  const int result = pam_authenticate(handle, 0);
  pam_end(handle, result);
  if (result == PAM_SUCCESS) return kAccepted;
  if (result == PAM_AUTH_ERR) return kDenied;
  return result == PAM_AUTHINFO_UNAVAIL ? kUnavailable : kOther;
}

/// The three pipes between the storm and its processes.
struct pipes {
  int arrival[2];  // a byte from each process that is being asked
  int opening[2];  // closed when all may answer
  int results[2];  // a byte from each process: its outcome
};

struct storm {
  const char* service;
  const char* user;
  const char* answer;
  long processes;
};

static _Noreturn void be_a_process(const struct storm* storm, const struct pipes* pipes) {
  alarm(kSeconds);
  close(pipes->arrival[0]);
  close(pipes->opening[1]);
  close(pipes->results[0]);
  struct gate gate = {pipes->arrival[1], pipes->opening[0], false};
  struct person person = {storm->answer, &gate};
  const unsigned char outcome = (unsigned char)log_in(storm->service, storm->user, &person);
  _exit(write(pipes->results[1], &outcome, 1) == 1 ? 0 : 1);
}

/// Ends early if some are turned away before they are asked: a process that ends closes its end.
static void wait_until_all_are_asked(const struct storm* storm, int arrival) {
  char byte = 0;
  for (long i = 0; i < storm->processes; ++i)
    if (read(arrival, &byte, 1) != 1) return;
}

static bool all_end_well(void) {
  bool well = true;
  int status = 0;
  while (wait(&status) > 0)
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) well = false;
  return well;
}

static int run(const struct storm* storm) {
  struct pipes pipes;
  if (pipe(pipes.arrival) != 0 || pipe(pipes.opening) != 0 || pipe(pipes.results) != 0) return 2;
  for (long i = 0; i < storm->processes; ++i) {
    const pid_t child = fork();
    if (child == 0) be_a_process(storm, &pipes);
    if (child < 0) {
      perror("fork");
      return 2;
    }
  }
  close(pipes.arrival[1]);
  close(pipes.opening[0]);
  close(pipes.results[1]);
  wait_until_all_are_asked(storm, pipes.arrival[0]);
  close(pipes.opening[1]);

  unsigned long tally[kOutcomes] = {0};
  unsigned char outcome = 0;
  while (read(pipes.results[0], &outcome, 1) == 1)
    if (outcome < kOutcomes) ++tally[outcome];
  printf("accepted=%lu denied=%lu unavailable=%lu other=%lu\n", tally[kAccepted], tally[kDenied],
         tally[kUnavailable], tally[kOther]);
  return all_end_well() ? 0 : 1;
}

int main(int argc, char** argv) {
  static char answer[kAnswerBytes];
  if (argc != 5 || !read_answer(argv[3], answer)) {
    fputs("usage: login_storm SERVICE USER ANSWER-FILE PROCESSES\n", stderr);
    return 2;
  }
  const struct storm storm = {.service = argv[1],
                              .user = argv[2],
                              .answer = answer,
                              .processes = strtol(argv[4], NULL, 10)};
  if (storm.processes < 1 || storm.processes > kMostProcesses) {
    fprintf(stderr, "login_storm: 1 to %d processes\n", kMostProcesses);
    return 2;
  }
  return run(&storm);
}
