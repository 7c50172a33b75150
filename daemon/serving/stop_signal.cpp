// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/stop_signal.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstring>

namespace usher {

Result<StopSignal> StopSignal::create() {
  UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.valid())
    return failure(fmt::format("can't make an eventfd: {}", ::strerrordesc_np(errno)));
  return StopSignal(static_cast<UniqueFd&&>(event));
}

void StopSignal::raise() const noexcept { static_cast<void>(::eventfd_write(event_.get(), 1)); }

bool StopSignal::raised() const noexcept {
  pollfd watched{.fd = event_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace usher
