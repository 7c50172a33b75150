// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "daemon/host/host.h"
#include "daemon/host/parse.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77  // Linux 6.5
#endif

namespace usher::processes {
namespace {

constexpr std::size_t kRoom = 4096;
constexpr decltype(statfs::f_type) kPidfs = 0x50494446;  // PIDFS_MAGIC of linux/magic.h
/// What a user's service manager is called, as is that of the machine, which is pid 1.
constexpr std::string_view kServiceManager = "systemd";

// The head of a file of /proc, as far as there is room; empty where it can't be read.
std::string_view read_file(const char* path, std::span<char> room) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return {};
  const ssize_t size = ::read(file.get(), room.data(), room.size());
  return size > 0 ? std::string_view(room.data(), static_cast<std::size_t>(size))
                  : std::string_view();
}

std::string_view read_proc(pid_t pid, std::string_view name, std::span<char> room) {
  if (pid <= 0) return {};
  return read_file(fmt::format("/proc/{}/{}", pid, name).c_str(), room);
}

/// One reading of /proc/PID/stat. Not to be moved, since `stat.name` points into it.
class StatFile {
 public:
  explicit StatFile(pid_t pid) : stat_(parse_stat(read_proc(pid, "stat", room_))) {}
  StatFile(const StatFile&) = delete;
  StatFile& operator=(const StatFile&) = delete;
  StatFile(StatFile&&) = delete;
  StatFile& operator=(StatFile&&) = delete;
  ~StatFile() = default;
  [[nodiscard]] bool valid() const { return stat_.has_value(); }
  const ProcessStat* operator->() const { return &*stat_; }

 private:
  std::array<char, kRoom> room_{};  // a name of 15 characters and 50 numbers
  std::optional<ProcessStat> stat_;
};

/// Not every C library that we serve knows the call.
UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd(pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1);
}

/// A process that has ended is readable, though its pid stays its own until it is reaped.
bool has_ended(const UniqueFd& pidfd) {
  pollfd wanted{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  int ready = -1;
  do ready = ::poll(&wanted, 1, 0);
  while (ready < 0 && errno == EINTR);
  return ready != 0;
}

/// 0 where the kernel gives all pidfds one inode.
std::uint64_t inode_of(const UniqueFd& pidfd) {
  struct statfs system{};
  struct stat status{};
  if (::fstatfs(pidfd.get(), &system) != 0 || system.f_type != kPidfs) return 0;
  return ::fstat(pidfd.get(), &status) == 0 ? std::uint64_t{status.st_ino} : 0;
}

/// A process, a pidfd of it, and who its parent is, all of one moment.
struct Seen {
  ProcessId id;
  UniqueFd pidfd;
  pid_t parent = 0;
  bool service_manager = false;
};

/// The live process behind a pidfd whose pid is `pid`; none where it has ended.
std::optional<Seen> look_at(UniqueFd pidfd, pid_t pid) {
  if (!pidfd.valid()) return std::nullopt;
  const StatFile stat(pid);
  if (!stat.valid() || has_ended(pidfd)) return std::nullopt;
  Seen seen{.id = {.pid = pid, .start_time = stat->start_time, .inode = inode_of(pidfd)},
            .pidfd = std::move(pidfd),
            .parent = stat->parent,
            .service_manager = stat->name == kServiceManager};
  if (!seen.id.known()) return std::nullopt;
  return seen;
}

std::optional<Seen> look_at(pid_t pid) { return look_at(open_pidfd(pid), pid); }

/// The parent of `child`. It was that when it was opened, since the child, which lives, still says
/// so afterwards: a child gets another parent only when its own ends, and never one that is
/// younger.
std::optional<Seen> parent_of_seen(const Seen& child) {
  auto parent = look_at(child.parent);
  if (!parent) return std::nullopt;
  const StatFile again(child.id.pid);
  if (!again.valid() || again->parent != child.parent || has_ended(child.pidfd))
    return std::nullopt;
  return parent;
}

}  // namespace

ProcessId peer_of(int socket, pid_t pid) {
  int descriptor = -1;
  socklen_t size = sizeof descriptor;
  // The process that connected, whatever became of its pid; older kernels can but look the pid up.
  const bool told =
      ::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &descriptor, &size) == 0 && descriptor >= 0;
  if (!told && errno != ENOPROTOOPT) return {};
  const auto seen = look_at(told ? UniqueFd(descriptor) : open_pidfd(pid), pid);
  return seen ? seen->id : ProcessId{};
}

ProcessId parent_of(const ProcessId& child) {
  const auto seen = look_at(child.pid);
  if (!seen || seen->id != child) return {};
  const auto parent = parent_of_seen(*seen);
  return parent ? parent->id : ProcessId{};
}

std::vector<ProcessId> line_of(const ProcessId& process) {
  std::vector<Seen> line;
  auto next = look_at(process.pid);
  if (!next || next->id != process) return {};
  for (;;) {
    if (next->id.pid == 1 || next->service_manager) break;
    if (line.size() == kLongestLine) return {};
    line.push_back(std::move(*next));
    // A process of another namespace, whose parent is not to be seen from here.
    if (line.back().parent <= 0) return {};
    next = parent_of_seen(line.back());
    if (!next) return {};
  }
  // No process is given another parent while its own lives; so now it is one line.
  std::vector<ProcessId> ids;
  for (const Seen& seen : line) {
    if (has_ended(seen.pidfd)) return {};
    ids.push_back(seen.id);
  }
  return ids;
}

Result<UniqueFd> hold(const ProcessId& process) {
  if (!process.known()) return UniqueFd();
  UniqueFd pidfd = open_pidfd(process.pid);
  if (!pidfd.valid() && errno != ESRCH && errno != EINVAL)
    return failure(fmt::format("no pidfd of process {}: {}", process.pid, std::strerror(errno)));
  // What lives and can't be read, as where no descriptor is left, is not gone.
  if (pidfd.valid() && !StatFile(process.pid).valid() && !has_ended(pidfd))
    return failure(fmt::format("process {} can't be read", process.pid));
  auto seen = look_at(std::move(pidfd), process.pid);
  if (!seen || seen->id != process) return UniqueFd();
  return std::move(seen->pidfd);
}

SessionHints hints_of(pid_t pid) {
  constexpr auto kUnset = static_cast<std::uint32_t>(-1);
  SessionHints hints;
  std::array<char, kRoom> room{};
  const auto number_in = [&](std::string_view name) {
    const auto number = parse_lone_number(read_proc(pid, name, room));
    return number == kUnset ? std::nullopt : number;
  };
  hints.login_uid = number_in("loginuid");
  hints.audit_session = number_in("sessionid");
  if (const StatFile stat(pid); stat.valid()) hints.kernel_session = stat->session;
  return hints;
}

uid_t real_uid_of(pid_t pid) {
  std::array<char, kRoom>
      room{};  // the list of groups, which may be longer, stands behind the uids
  return parse_real_uid(read_proc(pid, "status", room)).value_or(static_cast<uid_t>(-1));
}

std::string boot_id() {
  std::array<char, kRoom> room{};
  std::string_view text = read_file("/proc/sys/kernel/random/boot_id", room);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace usher::processes
