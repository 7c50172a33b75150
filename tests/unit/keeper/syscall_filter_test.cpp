// SPDX-License-Identifier: Apache-2.0
#include "keeper/syscall_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "keeper/hashing.h"
#include "tests/unit/keeper/scratch_shadow.h"

namespace usher::testing {
namespace {

/// In a process of its own, since a filter is for good: exits with 0 where `looked` is true.
template <typename Look>
[[noreturn]] void filtered(Look looked) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !filter_system_calls()) ::_exit(2);
  ::_exit(looked() ? 0 : 1);
}

bool refused(long result) { return result == -1 && errno == EPERM; }

class SyscallFilter : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef USHER_NO_SYSCALL_FILTER
    GTEST_SKIP() << "no filter in a build with sanitizers";
#endif
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
};

TEST_F(SyscallFilter, LetsTheKeeperWork) {
  EXPECT_EXIT(filtered([] {
                const std::string hash = hash_of("secret");
                bool threaded = false;
                std::thread([&] { threaded = true; }).join();
                const auto match = compare_with_hash("secret", hash);
                const int file = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
                return threaded && match && *match == HashMatch::same && file >= 0;
              }),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(SyscallFilter, RefusesProgramsAndProcesses) {
  EXPECT_EXIT(filtered([] {
                char* const arguments[] = {nullptr};
                const bool exec = refused(::execve("/bin/true", arguments, arguments));
                const bool fork = refused(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
                const bool clone3 = ::syscall(SYS_clone3, nullptr, 0) == -1 && errno == ENOSYS;
                return exec && fork && clone3 && refused(::kill(::getppid(), 0)) &&
                       refused(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
              }),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(SyscallFilter, RefusesSocketsAndWhatLeadsOut) {
  EXPECT_EXIT(filtered([] {
                const int spare = ::dup(2);
                return refused(::socket(AF_UNIX, SOCK_STREAM, 0)) &&
                       refused(::socket(AF_INET, SOCK_STREAM, 0)) &&
                       refused(::connect(0, nullptr, 0)) && refused(::sendmsg(0, nullptr, 0)) &&
                       spare == -1;
              }),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(SyscallFilter, RefusesToWriteFilesOrToMakeThem) {
  EXPECT_EXIT(filtered([] {
                return refused(::open("/dev/null", O_WRONLY)) &&
                       refused(::open("/dev/null", O_RDWR)) &&
                       refused(::open("/tmp/usher-planted", O_RDONLY | O_CREAT, 0600)) &&
                       refused(::open("/tmp", O_TMPFILE | O_RDWR, 0600)) &&
                       refused(::unlink("/tmp/usher-planted")) &&
                       refused(::rename("/tmp/a", "/tmp/b")) && refused(::chmod("/tmp/a", 0)) &&
                       refused(::truncate("/tmp/a", 0));
              }),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(SyscallFilter, RefusesMemoryThatCanBeExecuted) {
  EXPECT_EXIT(filtered([] {
                void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                const bool mapped = page == MAP_FAILED && errno == EPERM;
                void* const data = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                return mapped && data != MAP_FAILED && refused(::mprotect(data, 4096, PROT_EXEC));
              }),
              ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace usher::testing
