// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/listen_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace usher {
namespace {

std::unexpected<Error> failed(std::string_view what, const std::string& path, int error) {
  return failure(fmt::format("can't {} {}: {}", what, path, ::strerrordesc_np(error)));
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.front() != '/')
    return failure(fmt::format("the socket path \"{}\" is not absolute", path));
  if (path.size() >= sizeof address.sun_path)
    return failure(fmt::format("the socket path {} is longer than {} bytes", path,
                               sizeof address.sun_path - 1));
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<void> check_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0) return failed("use the directory", directory, errno);
  if (!S_ISDIR(status.st_mode)) return failed("use the directory", directory, ENOTDIR);
  const bool ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  if (!ours || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return failure(fmt::format(
        "others may write {}, and could take the place of the socket in it: it must belong to root "
        "or to the daemon's own user and have mode 0755 or less",
        directory));
  return {};
}

/// Whether somebody takes connections at `address`.
bool is_served(const sockaddr_un& address, int type) {
  const UniqueFd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return true;
  return errno != ECONNREFUSED && errno != ENOENT;  // a full queue is a living server, too
}

/// Makes room at the path, where what is there is what an earlier daemon left.
Result<void> remove_stale(const sockaddr_un& address, int type, const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? Result<void>{} : failed("examine", path, errno);
  if (!S_ISSOCK(status.st_mode))
    return failure(fmt::format("{} is there already and is no socket; move it away", path));
  if (status.st_uid != ::geteuid() && ::geteuid() != 0)
    return failure(fmt::format("{} is a socket of another user; remove it", path));
  if (is_served(address, type))
    return failure(fmt::format("somebody already serves {}; stop it first", path));
  if (::unlink(path.c_str()) != 0) return failed("remove the stale socket", path, errno);
  return {};
}

}  // namespace

Result<ListenSocket> ListenSocket::listen_at(const Wish& wish) {
  const Result<sockaddr_un> address = address_of(wish.path);
  if (!address) return std::unexpected(address.error());
  if (auto usable = check_directory_of(wish.path); !usable) return std::unexpected(usable.error());
  if (auto free = remove_stale(*address, wish.type, wish.path); !free)
    return std::unexpected(free.error());

  UniqueFd socket(::socket(AF_UNIX, wish.type | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return failed("make a socket for", wish.path, errno);
  // Until listen(2), connecting is refused: the mode is in place before anyone can use it.
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return failed("bind", wish.path, errno);

  ListenSocket made(std::move(socket));
  struct stat status{};
  if (::lstat(wish.path.c_str(), &status) != 0) return failed("examine", wish.path, errno);
  made.path_ = wish.path;
  made.device_ = status.st_dev;
  made.inode_ = status.st_ino;
  if (::chmod(wish.path.c_str(), wish.mode) != 0)
    return failed("set the mode of", wish.path, errno);
  if (::listen(made.descriptor(), wish.backlog) != 0) return failed("listen at", wish.path, errno);
  return made;
}

bool ListenSocket::refuse_more() noexcept {
  // From here on connect(2) is refused in the kernel, with no moment between asking and closing in
  // which a caller could slip into a queue that nobody empties.
  return !path_.empty() && ::shutdown(listener_.get(), SHUT_RD) == 0;
}

void ListenSocket::close() noexcept {
  struct stat status{};
  const bool ours = listener_.valid() && !path_.empty() && ::lstat(path_.c_str(), &status) == 0 &&
                    status.st_dev == device_ && status.st_ino == inode_;
  if (ours) ::unlink(path_.c_str());
  listener_.reset();
}

}  // namespace usher
