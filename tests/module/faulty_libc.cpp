// SPDX-License-Identifier: Apache-2.0
#include "tests/module/faulty_libc.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace {

std::atomic<bool> careless = false;
thread_local int calls_left = 0;
thread_local int error_to_give = 0;
thread_local const char* failed = nullptr;

/// libpam, libaudit and the test itself make such calls too; only the module's count.
bool is_in_module(const void* address) {
  Dl_info where{};
  return ::dladdr(address, &where) != 0 && where.dli_fname != nullptr &&
         std::string_view(where.dli_fname).ends_with("/pam_usher.so");
}

void note_unless(bool careful, const void* caller) {
  if (!careful && is_in_module(caller)) careless = true;
}

bool fails(const char* name, const void* caller) {
  if (calls_left == 0 || !is_in_module(caller) || --calls_left > 0) return false;
  failed = name;
  errno = error_to_give;
  return true;
}

ssize_t real_recv(int descriptor, void* bytes, size_t size, int flags) {
  return ::syscall(SYS_recvfrom, descriptor, bytes, size, flags, nullptr, nullptr);
}

int real_poll(pollfd* watched, nfds_t count, int timeout) {
  const timespec limit{.tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1'000'000L};
  return static_cast<int>(
      ::syscall(SYS_ppoll, watched, count, timeout < 0 ? nullptr : &limit, nullptr, 0));
}

}  // namespace

namespace usher::testing {

void fail_call(int nth, int error) {
  calls_left = nth;
  error_to_give = error;
  failed = nullptr;
}

const char* failed_call() { return failed; }

bool was_careless() { return careless; }

}  // namespace usher::testing

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED int socket(int domain, int type, int protocol) noexcept {
  note_unless((type & SOCK_CLOEXEC) != 0, __builtin_return_address(0));
  if (fails("socket", __builtin_return_address(0))) return -1;
  return static_cast<int>(::syscall(SYS_socket, domain, type, protocol));
}
EXPORTED int connect(int descriptor, const sockaddr* address, socklen_t size) {
  if (fails("connect", __builtin_return_address(0))) return -1;
  return static_cast<int>(::syscall(SYS_connect, descriptor, address, size));
}
EXPORTED int setsockopt(int descriptor, int level, int name, const void* value,
                        socklen_t size) noexcept {
  if (fails("setsockopt", __builtin_return_address(0))) return -1;
  return static_cast<int>(::syscall(SYS_setsockopt, descriptor, level, name, value, size));
}
EXPORTED int getsockopt(int descriptor, int level, int name, void* value,
                        socklen_t* size) noexcept {
  if (fails("getsockopt", __builtin_return_address(0))) return -1;
  return static_cast<int>(::syscall(SYS_getsockopt, descriptor, level, name, value, size));
}
EXPORTED ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  note_unless((flags & MSG_NOSIGNAL) != 0, __builtin_return_address(0));
  if (fails("send", __builtin_return_address(0))) return -1;
  return ::syscall(SYS_sendto, descriptor, bytes, size, flags, nullptr, 0);
}
EXPORTED ssize_t recv(int descriptor, void* bytes, size_t size, int flags) {
  if (fails("recv", __builtin_return_address(0))) return -1;
  return real_recv(descriptor, bytes, size, flags);
}
EXPORTED int poll(pollfd* watched, nfds_t count, int timeout) {
  if (fails("poll", __builtin_return_address(0))) return -1;
  return real_poll(watched, count, timeout);
}
/// What _FORTIFY_SOURCE makes of them.
EXPORTED ssize_t __recv_chk(int descriptor, void* bytes, size_t size, size_t /*room*/, int flags) {
  if (fails("recv", __builtin_return_address(0))) return -1;
  return real_recv(descriptor, bytes, size, flags);
}
EXPORTED int __poll_chk(pollfd* watched, nfds_t count, int timeout, size_t /*room*/) {
  if (fails("poll", __builtin_return_address(0))) return -1;
  return real_poll(watched, count, timeout);
}
EXPORTED void* mmap(void* address, size_t size, int protection, int flags, int descriptor,
                    off_t offset) noexcept {
  if (fails("mmap", __builtin_return_address(0))) return MAP_FAILED;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the system call returns an address
  return reinterpret_cast<void*>(
      ::syscall(SYS_mmap, address, size, protection, flags, descriptor, offset));
}
