// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store_lock.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/store/private_file.h"

namespace usher {
namespace {

constexpr int kTries = 100;
constexpr useconds_t kBetweenTries = 50'000;  // microseconds

}  // namespace

Result<UniqueFd> lock_directory_of(const std::filesystem::path& file) {
  auto directory = open_directory_of(file);
  if (directory && ::flock(directory->get(), LOCK_EX | LOCK_NB) != 0)
    return failure("another usherctl is at work on it: wait until that is done");
  return directory;
}

Result<void> share_directory(const UniqueFd& directory) {
  for (int left = kTries; ::flock(directory.get(), LOCK_SH | LOCK_NB) != 0; --left) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return failure(fmt::format("its directory can't be locked: {}", ::strerrordesc_np(errno)));
    if (left == 0)
      return failure("usherctl is at work on it (a restore, it may be): wait until that is done");
    ::usleep(kBetweenTries);
  }
  return {};
}

}  // namespace usher
