// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store_lock.h"

#include <sys/file.h>

#include "daemon/store/private_file.h"

namespace usher {

Result<UniqueFd> lock_store(const std::filesystem::path& store) {
  auto directory = open_directory_of(store);
  if (directory && ::flock(directory->get(), LOCK_EX | LOCK_NB) != 0)
    return failure("another usherctl is at work on it: wait until that is done");
  return directory;
}

}  // namespace usher
