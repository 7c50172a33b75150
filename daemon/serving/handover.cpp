// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/handover.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace usher {
namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr off_t kMost = off_t{4} * 1024 * 1024;  // bytes

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(descriptor, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

/// Not to be executed, where the kernel knows of that (and may demand it: vm.memfd_noexec).
UniqueFd sealable_memory(const char* name) {
  constexpr unsigned kNoExecSeal = 0x8;  // MFD_NOEXEC_SEAL of Linux 6.3
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  UniqueFd memory(::memfd_create(name, kFlags | kNoExecSeal));
  if (!memory.valid() && errno == EINVAL) memory.reset(::memfd_create(name, kFlags));
  return memory;
}

}  // namespace

void leave_for_next(const char* name, std::string_view bytes) {
  const UniqueFd memory = sealable_memory(name);
  if (!memory.valid() || !write_all(memory.get(), bytes) ||
      ::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0)
    return;
  const int descriptor = memory.get();
  const std::string state = fmt::format("FDSTORE=1\nFDNAME={}", name);
  ::sd_pid_notify_with_fds(0, 0, state.c_str(), &descriptor, 1);
}

Result<std::string> read_left(const UniqueFd& left) {
  struct stat status{};
  // -1, where it is no such memory, has all bits.
  if (::fcntl(left.get(), F_GET_SEALS) < 0 || (::fcntl(left.get(), F_GET_SEALS) & kSeals) != kSeals)
    return failure("what was left by the usherd before is no sealed memory");
  if (::fstat(left.get(), &status) != 0 || status.st_size > kMost)
    return failure("what was left by the usherd before is too large");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t size = ::pread(left.get(), bytes.data(), bytes.size(), 0);
  if (size != status.st_size) return failure("what was left by the usherd before can't be read");
  return bytes;
}

void forget_left(const char* name) {
  ::sd_notify(0, fmt::format("FDSTOREREMOVE=1\nFDNAME={}", name).c_str());
}

}  // namespace usher
