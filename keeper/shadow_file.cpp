// SPDX-License-Identifier: Apache-2.0
#include "keeper/shadow_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "usher/unique_fd.h"

namespace usher {
namespace {

std::unexpected<Error> failed(const std::string& path, int error) {
  return failure(fmt::format("can't read {}: {}", path, ::strerrordesc_np(error)));
}

/// What others could have put there is no word of the administrator's.
Result<void> check(const struct stat& status, const std::string& path, uid_t owner) {
  if (!S_ISREG(status.st_mode)) return failure(path + " is not a regular file");
  if (status.st_uid != 0 && status.st_uid != owner)
    return failure(fmt::format("{} belongs to user id {}: it must be root's", path, status.st_uid));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return failure(fmt::format("others than root can write {} (mode {:04o}): chmod go-w it", path,
                               status.st_mode & 07777U));
  if (status.st_size > static_cast<off_t>(ShadowFile::kMostBytes))
    return failure(fmt::format("{} is larger than {} bytes", path, ShadowFile::kMostBytes));
  return {};
}

}  // namespace

Result<LockedText> ShadowFile::read() const {
  // O_NONBLOCK: a FIFO in its place must not keep us waiting for a writer.
  const UniqueFd file(
      ::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.valid()) return failed(path_, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return failed(path_, errno);
  if (const auto sound = check(status, path_, owner_); !sound)
    return std::unexpected(sound.error());

  // passwd(1) and its like put a new file in the old one's place. One byte more shows a file that
  // grows under our eyes instead: half of it is no answer.
  LockedMemory memory(static_cast<std::size_t>(status.st_size) + 1);
  if (!memory.valid()) return failure("no memory for " + path_);
  std::size_t size = 0;
  while (size < memory.capacity()) {
    const ssize_t got = ::read(file.get(), memory.data() + size, memory.capacity() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_, errno);
    if (got == 0) return LockedText(std::move(memory), size);
    size += static_cast<std::size_t>(got);
    memory.mark_written(size);
  }
  return failure(path_ + " changed while it was read");
}

}  // namespace usher
