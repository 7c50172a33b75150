// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace usher {
namespace {

std::unexpected<Error> refuse(const std::filesystem::path& file, std::string_view why) {
  return failure(fmt::format("{}: {}", file.string(), why));
}

std::unexpected<Error> refuse_errno(const std::filesystem::path& file) {
  return refuse(file, std::generic_category().message(errno));
}

Result<void> check_owner(const std::filesystem::path& file, const struct stat& status) {
  if (status.st_uid == 0 || status.st_uid == ::geteuid()) return {};
  return refuse(file, fmt::format("belongs to uid {}; it must belong to root or to uid {}",
                                  status.st_uid, ::geteuid()));
}

Result<void> check_private(const std::filesystem::path& file, const struct stat& status,
                           Sharing sharing) {
  if (S_ISLNK(status.st_mode)) return refuse(file, "is a symbolic link; name the file itself");
  if (!S_ISREG(status.st_mode)) return refuse(file, "is not a regular file");
  if (auto owned = check_owner(file, status); !owned) return owned;
  const mode_t others = status.st_mode & (S_IRWXG | S_IRWXO);
  const bool group_root_reads = sharing == Sharing::read_by_group_root && others == S_IRGRP &&
                                status.st_uid == 0 && status.st_gid == 0;
  if (others == 0 || group_root_reads) return {};
  return refuse(file, fmt::format("is open to others (mode {:04o}); run `chmod go= {}`",
                                  status.st_mode & 07777U, file.string()));
}

}  // namespace

Result<UniqueFd> open_private_file(const std::filesystem::path& file, Sharing sharing) {
  // O_NONBLOCK: a FIFO in the file's place must not hold up the start.
  UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!opened.valid()) {
    if (errno == ELOOP) return refuse(file, "is a symbolic link; name the file itself");
    return refuse_errno(file);
  }
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) return refuse_errno(file);
  if (auto checked = check_private(file, status, sharing); !checked)
    return std::unexpected(checked.error());
  return opened;
}

Result<void> check_private_file(const std::filesystem::path& file) {
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0) return refuse_errno(file);
  return check_private(file, status, Sharing::none);
}

Result<UniqueFd> open_directory_of(const std::filesystem::path& file) {
  const std::filesystem::path directory = directory_of(file);
  UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (!opened.valid()) return refuse_errno(directory);
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) return refuse_errno(directory);
  if (auto owned = check_owner(directory, status); !owned) return std::unexpected(owned.error());
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse(directory,
                  fmt::format("others may write in it (mode {:04o}); run `chmod go-w {}`",
                              status.st_mode & 07777U, directory.string()));
  return opened;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace usher
