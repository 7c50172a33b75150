// SPDX-License-Identifier: Apache-2.0
#include "raw_daemon.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// type; tag, length, bytes; ...
// A module offers versions 1 and 2; this daemon picks 1.
static const uint8_t kOffer[] = {1, 1, 0, 2, 0, 1, 2, 0, 2, 0, 2};
static const uint8_t kHello[] = {1, 1, 0, 2, 0, 1, 2, 0, 2, 0, 1};
static const uint8_t kPrompt[] = {3, 1, 0, 1, 1, 2, 0, 1, 2, 3, 0, 4, 'P', 'W', ':', ' '};
static const uint8_t kRestart[] = {6};
static const uint8_t kSuccess[] = {7, 1, 0, 8, 0xc6, 0x93, 0x47, 0x2a, 0x5b, 0xe0, 0xd9, 0x1f, 2, 0,
                                   4, 0, 0, 0, 0,    3,    0,    2,    0,    0,    4,    0,    0};
static const uint8_t kDenied[] = {7, 1, 0, 8, 0x3a, 0x5c, 0xb1, 0xd6, 0xe4, 0x9f, 0x02, 0x78, 2, 0,
                                  4, 0, 0, 0, 6,    3,    0,    2,    0,    0,    4,    0,    0};
// "secret"
static const uint8_t kAnswer[] = {4, 1, 0, 6, 's', 'e', 'c', 'r', 'e', 't'};
static const uint8_t kCancel[] = {5};

static bool say(int client, const uint8_t* packet, size_t size) {
  return send(client, packet, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool hear(int client, const uint8_t* expected, size_t size) {
  uint8_t packet[16384];
  return recv(client, packet, sizeof packet, 0) == (ssize_t)size &&
         memcmp(packet, expected, size) == 0;
}

static bool hear_begin(int client) {
  uint8_t packet[16384];
  return recv(client, packet, sizeof packet, 0) > 1 && packet[0] == 2;
}

static int next_client(int listener, int client) {
  if (client >= 0) close(client);
  client = accept(listener, NULL, NULL);
  if (client >= 0 && hear(client, kOffer, sizeof kOffer) && say(client, kHello, sizeof kHello))
    return client;
  return -1;
}

static bool play(char step, int listener, int* client) {
  switch (step) {
    case 'B':
      return hear_begin(*client);
    case 'P':
      return say(*client, kPrompt, sizeof kPrompt);
    case 'A':
      return hear(*client, kAnswer, sizeof kAnswer);
    case 'C':
      return hear(*client, kCancel, sizeof kCancel);
    case 'S':
      return say(*client, kSuccess, sizeof kSuccess);
    case 'D':
      return say(*client, kDenied, sizeof kDenied);
    case 'R':
      return say(*client, kRestart, sizeof kRestart);
    case 'X':
      return (*client = next_client(listener, *client)) >= 0;
    default:
      return false;
  }
}

pid_t start_raw_daemon(const char* path, const char* script) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  unlink(path);
  const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (const struct sockaddr*)&address, sizeof address) != 0 ||
      listen(listener, 4) != 0)
    return -1;
  const pid_t daemon = fork();
  if (daemon != 0) {
    close(listener);
    return daemon;
  }
  alarm(60);
  int client = next_client(listener, -1);
  for (int step = 0; script[step] != '\0'; ++step)
    if (client < 0 || !play(script[step], listener, &client)) _exit(step + 1);
  _exit(0);
}

int finish_raw_daemon(pid_t daemon) {
  int status = -1;
  if (waitpid(daemon, &status, 0) != daemon) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
