// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace usher {

void fail_at(const std::filesystem::path& file, std::string_view why) {
  throw std::runtime_error(fmt::format("{}: {}", file.string(), why));
}

void fail_at_errno(const std::filesystem::path& file) {
  fail_at(file, std::generic_category().message(errno));
}

UniqueFd create_file(const std::filesystem::path& file, mode_t mode) {
  UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  // The umask may have taken from the mode.
  if (!made.valid() || ::fchmod(made.get(), mode) != 0) fail_at_errno(file);
  return made;
}

void write_all(const UniqueFd& out, std::span<const std::uint8_t> bytes,
               const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(out.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_at_errno(file);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void discard(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) fail_at_errno(file);
}

}  // namespace usher
