// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/config/text.h"
#include "usher/unique_fd.h"

namespace usher::interchange {
namespace {

Finding finding_about_file(std::string_view file, std::string message, std::string hint = {}) {
  return {.at = {.file = config::printable(file)},
          .message = std::move(message),
          .hint = std::move(hint),
          .source_line = {}};
}

Finding not_read(std::string_view file, int error) {
  if (error == ELOOP)
    return finding_about_file(file, "this is a symbolic link",
                              "name the file that it leads to, once you have seen whose that is");
  return finding_about_file(
      file, fmt::format("can't be read: {}", std::generic_category().message(error)));
}

std::expected<SecretBytes, Finding> read_to_end(int descriptor, std::string_view file) {
  // One byte more than is taken, to see that there is more.
  SecretBytes bytes(kMostBytes + 1);
  if (!bytes.valid())
    return std::unexpected(finding_about_file(file, "there is no memory to read it into"));
  for (;;) {
    const auto room = bytes.room();
    if (room.empty())
      return std::unexpected(
          finding_about_file(file, "the file is larger than 1 MiB", "divide it into several"));
    const ssize_t size = ::read(descriptor, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::unexpected(not_read(file, errno));
    if (size == 0) return bytes;
    bytes.grow(static_cast<std::size_t>(size));
  }
}

}  // namespace

std::expected<SecretFile, Finding> SecretFile::read(const std::filesystem::path& path) {
  const UniqueFd file(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0)
    return std::unexpected(not_read(path.string(), errno));
  if (!S_ISREG(status.st_mode))
    return std::unexpected(finding_about_file(path.string(), "this is not a regular file"));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return std::unexpected(finding_about_file(
        path.string(),
        fmt::format("can be written by others (mode {:04o})", status.st_mode & 07777U),
        "look at what it says, then take that away by chmod go-w"));
  auto read = SecretFile::read(file.get(), path.string());
  if (!read) return read;
  if (status.st_uid != 0) read->owner_ = status.st_uid;
  read->open_to_others_ = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
  return read;
}

std::expected<SecretFile, Finding> SecretFile::read(int descriptor, std::string_view name) {
  auto bytes = read_to_end(descriptor, name);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return SecretFile(*std::move(bytes));
}

}  // namespace usher::interchange
