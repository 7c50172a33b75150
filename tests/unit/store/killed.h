// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>

namespace usher::testing {

inline bool is_any(std::uint64_t) { return true; }

/// Whether a kill before or after this system call leaves other files behind.
inline bool changes_files(std::uint64_t call) {
  constexpr std::array kCalls = {
      SYS_write,  SYS_pwrite64,  SYS_pwritev,  SYS_ftruncate, SYS_fallocate,
      SYS_openat, SYS_renameat2, SYS_renameat, SYS_unlinkat,
#ifdef SYS_open  // what newer machines have no number for
      SYS_open,   SYS_rename,    SYS_unlink,
#endif
  };
  return std::ranges::find(kCalls, static_cast<long>(call)) != kCalls.end();
}

/// Runs `work` in a child that is killed as it enters its `fatal`th system call of those that
/// `counts` counts. True where it ended by itself before that.
template <typename Work>
bool survives(int fatal, Work work, bool (*counts)(std::uint64_t) = is_any) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
  for (int entered = 0; WIFSTOPPED(status);) {
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
    const bool enters = info.op == PTRACE_SYSCALL_INFO_ENTRY && counts(info.entry.nr);
    if (enters && entered++ == fatal) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return false;
    }
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    ::waitpid(child, &status, 0);
  }
  return true;
}

inline bool can_trace() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace usher::testing
