// SPDX-License-Identifier: Apache-2.0
#include "daemon/before_init.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "daemon/serving/systemd_sockets.h"
#include "daemon/usherd.h"

namespace usher {
namespace {

bool is_missing(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) != 0 && errno == ENOENT;
}

bool somebody_waits(int listener) {
  pollfd watched{.fd = listener, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

void hang_up_on_queue(int listener) {
  while (somebody_waits(listener))
    if (!UniqueFd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)).valid())
      return;
}

}  // namespace

bool was_never_initialised(const Settings& settings) {
  return is_missing(settings.store) && is_missing(settings.master_key);
}

bool turn_away_who_waits() {
  const auto handed_over = take_usherd_sockets();
  if (!handed_over) return true;
  bool all = true;
  for (const auto& [name, socket] : handed_over->sockets) {
    if (name != "root")
      hang_up_on_queue(socket.descriptor());
    else if (somebody_waits(socket.descriptor()))
      all = false;
  }
  return all;
}

}  // namespace usher
