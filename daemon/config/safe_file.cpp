// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/safe_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace usher::config {
namespace {

/// "'...'" as a POSIX shell reads it back, so that a hint can be pasted.
std::string shell_quoted(const std::filesystem::path& path) {
  std::string quoted = "'";
  for (const char c : path.string()) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

FileProblem problem_of(int error, std::string_view what) {
  if (error == ELOOP)
    return {.message = fmt::format("{} is a symbolic link", what),
            .hint = "put what it points to in its place: a link can be turned to another's file"};
  return {
      .missing = error == ENOENT,
      .message = fmt::format("{} can't be read: {}", what, std::generic_category().message(error)),
      .hint = {}};
}

/// What is wrong with the owner or the mode. A write permission that an access control list grants
/// shows in the group bits too (acl(5), "correspondence").
std::optional<FileProblem> untrusted(const struct stat& status, std::string_view what,
                                     const std::filesystem::path& path) {
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return FileProblem{
        .message =
            fmt::format("{} belongs to user id {}, who could change it", what, status.st_uid),
        .hint = fmt::format("look at what it says, then: chown root {}", shell_quoted(path))};
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return FileProblem{
        .message =
            fmt::format("{} can be written by others (mode {:04o})", what, status.st_mode & 07777U),
        .hint = fmt::format("look at what it says, then: chmod go-w {}", shell_quoted(path))};
  return std::nullopt;
}

std::expected<std::string, FileProblem> read_all(int file) {
  std::string content;
  std::array<char, 16'384> buffer{};
  for (;;) {
    const ssize_t size = ::read(file, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::unexpected(problem_of(errno, "the file"));
    if (size == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(size));
    if (content.size() > kMaxConfigurationFile)
      return std::unexpected(FileProblem{.message = "the file is larger than 1 MiB", .hint = {}});
  }
}

}  // namespace

SafeDirectory::SafeDirectory(std::filesystem::path path, UniqueFd directory) noexcept
    : path_(std::move(path)), directory_(std::move(directory)) {}

std::expected<SafeDirectory, FileProblem> SafeDirectory::open(const std::filesystem::path& path) {
  // With a slash at the end, O_NOFOLLOW would follow the link after all.
  const auto named = path.has_filename() ? path : path.parent_path();
  const auto what = fmt::format("the directory {}", named.string());
  UniqueFd directory(::open(named.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.valid()) {
    // Linux says ENOTDIR for a link under O_DIRECTORY | O_NOFOLLOW.
    struct stat status{};
    const int error = errno;
    const bool link =
        error == ENOTDIR && ::lstat(named.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
    return std::unexpected(problem_of(link ? ELOOP : error, what));
  }
  struct stat status{};
  if (::fstat(directory.get(), &status) != 0) return std::unexpected(problem_of(errno, what));
  if (auto problem = untrusted(status, what, named)) return std::unexpected(std::move(*problem));
  return SafeDirectory(named, std::move(directory));
}

std::expected<std::string, FileProblem> SafeDirectory::read(const std::string& name) const {
  // O_NONBLOCK: a FIFO in the file's place must not keep the daemon waiting for a writer.
  const UniqueFd file(::openat(directory_.get(), name.c_str(),
                               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.valid()) return std::unexpected(problem_of(errno, "the file"));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return std::unexpected(problem_of(errno, "the file"));
  if (!S_ISREG(status.st_mode))
    return std::unexpected(FileProblem{.message = "this is not a regular file", .hint = {}});
  if (auto problem = untrusted(status, "the file", path_ / name))
    return std::unexpected(std::move(*problem));
  return read_all(file.get());
}

std::expected<std::vector<std::string>, FileProblem> SafeDirectory::names() const {
  const auto what = fmt::format("the directory {}", path_.string());
  UniqueFd listed(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!listed.valid()) return std::unexpected(problem_of(errno, what));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(listed.get()), ::closedir);
  if (!stream) return std::unexpected(problem_of(errno, what));
  static_cast<void>(listed.release());

  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    // The stream is this call's own, so readdir(3) is safe beside other threads.
    const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return std::unexpected(problem_of(errno, what));
  return names;
}

std::expected<std::string, FileProblem> read_safe_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return std::unexpected(FileProblem{.message = error.message(), .hint = {}});
  if (!absolute.has_filename())
    return std::unexpected(FileProblem{.message = "this names no file", .hint = {}});
  const auto directory = SafeDirectory::open(absolute.parent_path());
  if (!directory) return std::unexpected(directory.error());
  return directory->read(absolute.filename().string());
}

}  // namespace usher::config
