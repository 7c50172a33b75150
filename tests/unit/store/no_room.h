// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace usher::testing {

/// Stands in for a full disk: no file may grow beyond its limit.
class NoRoom {
 public:
  explicit NoRoom(rlim_t largest) {
    old_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit tight{.rlim_cur = largest, .rlim_max = old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;
  ~NoRoom() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  sighandler_t old_handler_{};
};

}  // namespace usher::testing
