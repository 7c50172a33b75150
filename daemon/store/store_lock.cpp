// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store_lock.h"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

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
    if ((errno != EWOULDBLOCK && errno != EINTR) || left == 0)
      return failure("an usherctl is at work on it, such as `usherctl restore`: wait for its end");
    ::usleep(kBetweenTries);
  }
  return {};
}

}  // namespace usher
