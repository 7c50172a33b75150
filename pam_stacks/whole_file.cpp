// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "usher/unique_fd.h"

namespace usher::pam_stacks {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failed(const char* what, const fs::path& file) {
  return failure(fmt::format("{} can't be {}: {}", file.string(), what, std::strerror(errno)));
}

Result<void> write_all(int descriptor, std::string_view text, const fs::path& file) {
  while (!text.empty()) {
    const ssize_t size = ::write(descriptor, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("written", file);
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

/// What can't be copied (a file system without attributes) is what the new file has anyway.
void copy_attributes(const fs::path& from, int to) {
  const ssize_t size = ::listxattr(from.c_str(), nullptr, 0);
  if (size <= 0) return;
  std::vector<char> names(static_cast<std::size_t>(size));
  const ssize_t listed = ::listxattr(from.c_str(), names.data(), names.size());
  for (ssize_t at = 0; at < listed;) {
    const char* name = &names[static_cast<std::size_t>(at)];
    at += static_cast<ssize_t>(std::strlen(name)) + 1;
    const ssize_t length = ::getxattr(from.c_str(), name, nullptr, 0);
    if (length < 0) continue;
    std::vector<char> value(static_cast<std::size_t>(length));
    if (::getxattr(from.c_str(), name, value.data(), value.size()) == length)
      static_cast<void>(::fsetxattr(to, name, value.data(), value.size(), 0));
  }
}

/// Owner and mode before the content: nobody reads what they may not in the meantime.
Result<void> dress(int descriptor, const fs::path& old, const struct stat* status, mode_t mode,
                   const fs::path& file) {
  if (status != nullptr && ::fchown(descriptor, status->st_uid, status->st_gid) != 0)
    return failed("given to its owner", file);
  if (::fchmod(descriptor, status != nullptr ? status->st_mode & 07777U : mode) != 0)
    return failed("given its mode", file);
  if (status != nullptr) copy_attributes(old, descriptor);
  return {};
}

Result<void> fill(const UniqueFd& made, const fs::path& file, const struct stat* status,
                  std::string_view text, mode_t mode) {
  if (auto dressed = dress(made.get(), file, status, mode, file); !dressed) return dressed;
  if (auto written = write_all(made.get(), text, file); !written) return written;
  if (::fsync(made.get()) != 0) return failed("synced", file);
  return {};
}

}  // namespace

fs::path unfinished_name(const fs::path& file) {
  return file.parent_path() / fmt::format(".{}.usher-new", file.filename().string());
}

Result<void> write_unfinished(const fs::path& file, std::string_view text, mode_t mode) {
  struct stat status{};
  const bool there = ::lstat(file.c_str(), &status) == 0;
  if (!there && errno != ENOENT) return failed("looked at", file);
  if (there && !S_ISREG(status.st_mode))
    return failure(
        fmt::format("{} is no plain file: somebody else takes care of it", file.string()));
  const fs::path unfinished = unfinished_name(file);
  static_cast<void>(::unlink(unfinished.c_str()));
  const UniqueFd made(
      ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made.valid()) return failed("made", unfinished);
  auto filled = fill(made, file, there ? &status : nullptr, text, mode);
  if (!filled) static_cast<void>(::unlink(unfinished.c_str()));
  return filled;
}

Result<void> finish(const fs::path& file) {
  if (::rename(unfinished_name(file).c_str(), file.c_str()) != 0)
    return failed("put in place", file);
  return {};
}

Result<void> write_whole_file(const fs::path& file, std::string_view text, mode_t mode) {
  if (auto written = write_unfinished(file, text, mode); !written) return written;
  auto finished = finish(file);
  if (!finished) static_cast<void>(::unlink(unfinished_name(file).c_str()));
  return finished;
}

fs::path aside_name(const fs::path& file) {
  return file.parent_path() / fmt::format(".{}.usher-before", file.filename().string());
}

Result<void> set_aside(const fs::path& file) {
  const fs::path aside = aside_name(file);
  static_cast<void>(::unlink(aside.c_str()));
  if (::link(file.c_str(), aside.c_str()) != 0) return failed("set aside", file);
  return {};
}

Result<void> bring_back(const fs::path& file) {
  // Two names of one file: rename(2) would do nothing, and leave both.
  if (std::error_code error; fs::equivalent(aside_name(file), file, error))
    return remove_file(aside_name(file));
  if (::rename(aside_name(file).c_str(), file.c_str()) != 0) return failed("brought back", file);
  return {};
}

Result<void> remove_file(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) return failed("removed", file);
  return {};
}

Result<void> sync_folder(const fs::path& folder) {
  const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || ::fsync(opened.get()) != 0) return failed("synced", folder);
  return {};
}

}  // namespace usher::pam_stacks
