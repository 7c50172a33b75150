// SPDX-License-Identifier: Apache-2.0
#include "keeper/syscall_filter.h"

#ifdef USHER_NO_SYSCALL_FILTER

namespace usher {
Result<void> filter_system_calls() { return {}; }
}  // namespace usher

#else

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace usher {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

/// Allowed whatever their arguments are.
constexpr std::array kAllowed = {
    // Questions, replies, the file of hashes, standard error.
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek),
    SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(fcntl), SCMP_SYS(poll),
    SCMP_SYS(ppoll), SCMP_SYS(accept4), SCMP_SYS(getsockopt), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
    SCMP_SYS(shutdown), SCMP_SYS(eventfd2),
    // Memory; without PROT_EXEC, see below.
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mlock2), SCMP_SYS(munlock),
    SCMP_SYS(brk),
    // Threads, waiting, the clock, chance.
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getuid),
    SCMP_SYS(geteuid), SCMP_SYS(tgkill), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep), SCMP_SYS(getrandom), SCMP_SYS(exit), SCMP_SYS(exit_group)};

/// Allowed where the bits of `mask` in the argument `index` are all `value`.
struct Conditional {
  int number;
  unsigned index;
  scmp_datum_t mask;
  scmp_datum_t value;
};
constexpr std::array kConditional = {
    Conditional{SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY},
    Conditional{SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY},
    Conditional{SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    Conditional{SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    // A thread, never a process.
    Conditional{SCMP_SYS(clone), 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM},
};

int add_rules(scmp_filter_ctx filter) {
  for (const int number : kAllowed)
    if (const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0); error != 0)
      return error;
  for (const Conditional& rule : kConditional) {
    const scmp_arg_cmp bits{
        .arg = rule.index, .op = SCMP_CMP_MASKED_EQ, .datum_a = rule.mask, .datum_b = rule.value};
    if (const int error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule.number, 1, &bits);
        error != 0)
      return error;
  }
  // Its flags lie in memory, where a filter can't look; libc then takes clone(2).
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

}  // namespace

Result<void> filter_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release);
  if (!filter) return failure("no memory for the filter of system calls");
  int error = add_rules(filter.get());
  if (error == 0) error = seccomp_load(filter.get());
  if (error == 0) return {};
  return failure(
      fmt::format("the filter of system calls was not taken: {}", ::strerrordesc_np(-error)));
}

}  // namespace usher

#endif
