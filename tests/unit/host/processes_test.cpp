// SPDX-License-Identifier: Apache-2.0
// Against real processes. Whatever stands above the tests is nobody's business here: lines are
// looked at below a process that calls itself a service manager, where every line ends.
#include "daemon/host/processes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/host/host.h"
#include "tests/unit/server/server_fixture.h"

namespace usher::testing {
namespace {

std::string content_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Field `number` of /proc/PID/stat, from the parent (4) on.
std::uint64_t stat_field(pid_t pid, int number) {
  const std::string line = content_of("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string field;
  for (int at = 3; at <= number; ++at) fields >> field;
  return std::stoull(field);
}

/// The process that has this pid now, which stays alive meanwhile.
ProcessId id_of(pid_t pid) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  EXPECT_TRUE(pidfd.valid());
  struct statfs system{};
  struct stat status{};
  EXPECT_EQ(::fstatfs(pidfd.get(), &system), 0);
  EXPECT_EQ(::fstat(pidfd.get(), &status), 0);
  const bool has_inode = system.f_type == 0x50494446;
  return {.pid = pid,
          .start_time = stat_field(pid, 22),
          .inode = has_inode ? std::uint64_t{status.st_ino} : 0};
}

bool is_readable(int descriptor, int milliseconds) {
  pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, milliseconds) == 1;
}

/// Waits until the child has ended, and leaves it to be reaped.
void wait_for_end(pid_t child) {
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
}

/// Processes that end with the test, if not before.
class ProcessesTest : public ::testing::Test {
 protected:
  ProcessesTest() {
    std::fflush(nullptr);  // or children would say it again
    std::array<int, 2> over{};
    std::array<int, 2> said{};
    if (::pipe2(over.data(), O_CLOEXEC) != 0 || ::pipe2(said.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("pipe2 failed");
    over_reader_ = UniqueFd(over[0]);
    over_writer_ = UniqueFd(over[1]);
    said_reader_ = UniqueFd(said[0]);
    said_writer_ = UniqueFd(said[1]);
  }
  ~ProcessesTest() override {
    over_writer_.reset();
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }

  /// A child, which lives `life` and then until the test is over.
  pid_t start(const std::function<void()>& life = [] {}) {
    const pid_t child = ::fork();
    EXPECT_GE(child, 0);
    if (child != 0) return child;
    // Of the test alone: nobody else keeps the others waiting.
    over_writer_.reset();
    life();
    wait_until_over();
    ::_exit(0);
  }
  /// In a child: tells the test who it is.
  void report() const {
    const pid_t self = ::getpid();
    if (::write(said_writer_.get(), &self, sizeof self) != sizeof self) ::_exit(1);
  }
  /// Who reports next.
  [[nodiscard]] pid_t hear() const {
    pid_t pid = -1;
    EXPECT_TRUE(is_readable(said_reader_.get(), 60'000));
    EXPECT_EQ(::read(said_reader_.get(), &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
    return pid;
  }
  void wait_until_over() const {
    char byte = 0;
    static_cast<void>(::read(over_reader_.get(), &byte, 1) != 0);
  }
  /// A child of this name below which `life` is lived.
  void start_below(const char* name, const std::function<void()>& life) {
    start([&] {
      ::prctl(PR_SET_NAME, name);
      start([&] {
        ::prctl(PR_SET_NAME, "below");  // a child is called like its parent
        life();
      });
    });
  }
  /// `count` processes, each the child of the one before; the eldest is this one's.
  void start_line(int count) {
    start([&] {
      report();
      if (count > 1) start_line(count - 1);
    });
  }
  std::vector<ProcessId> hear_line(int count) {
    std::vector<ProcessId> line;
    for (int i = 0; i < count; ++i) line.insert(line.begin(), id_of(hear()));
    return line;
  }

 private:
  UniqueFd over_reader_;
  UniqueFd over_writer_;
  UniqueFd said_reader_;
  UniqueFd said_writer_;
};

TEST_F(ProcessesTest, ALineIsTheProcessItsParentAndSoOn) {
  start_below("systemd", [&] {
    report();
    start_line(2);
  });
  const std::vector<ProcessId> line = hear_line(3);
  EXPECT_EQ(processes::line_of(line[0]), line);
  EXPECT_EQ(processes::line_of(line[2]), std::vector{line[2]}) << "the manager is not among them";
  EXPECT_NE(line[0].start_time, 0U);
}

TEST_F(ProcessesTest, ThisProcessStandsWhereProcSaysItDoes) {
  std::vector<ProcessId> wanted;
  auto pid = ::getpid();
  while (pid > 1 && content_of("/proc/" + std::to_string(pid) + "/comm") != "systemd\n") {
    wanted.push_back(id_of(pid));
    pid = static_cast<pid_t>(stat_field(pid, 4));
  }
  if (pid == 0) wanted.clear();  // a parent in another namespace
  EXPECT_EQ(processes::line_of(id_of(::getpid())), wanted);
}

TEST_F(ProcessesTest, AProgramsNameShiftsNothing) {
  start_below("systemd", [&] {
    ::prctl(PR_SET_NAME, "a) 1 (b");
    report();
    start_line(1);
  });
  const std::vector<ProcessId> line = hear_line(2);
  EXPECT_EQ(content_of("/proc/" + std::to_string(line[1].pid) + "/comm"), "a) 1 (b\n");
  EXPECT_EQ(processes::line_of(line[0]), line);
}

TEST_F(ProcessesTest, AManagerIsCalledExactlyThat) {
  start_below("systemd", [&] {
    ::prctl(PR_SET_NAME, "systemd-x");
    report();
    start_line(1);
  });
  const std::vector<ProcessId> line = hear_line(2);
  EXPECT_EQ(processes::line_of(line[0]), line);
}

TEST_F(ProcessesTest, AnOrphanIsItsNewParents) {
  start_below("systemd", [&] {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t between = ::fork();
    if (between == 0) {
      start([&] { report(); });
      ::_exit(0);
    }
    ::waitpid(between, nullptr, 0);
    report();  // from here on
  });
  const pid_t first = hear();
  const pid_t second = hear();
  // Whichever of the two spoke first.
  const bool orphan_first = stat_field(first, 4) == static_cast<std::uint64_t>(second);
  const ProcessId orphan = id_of(orphan_first ? first : second);
  const ProcessId parent = id_of(orphan_first ? second : first);
  EXPECT_EQ(processes::parent_of(orphan), parent);
  EXPECT_EQ(processes::line_of(orphan), (std::vector{orphan, parent}));
}

TEST_F(ProcessesTest, ALineThatIsTooLongIsNone) {
  constexpr int kLongest = static_cast<int>(kLongestLine);
  start_below("systemd", [&] {
    report();
    start_line(kLongest);
  });
  const std::vector<ProcessId> line = hear_line(kLongest + 1);
  EXPECT_EQ(processes::line_of(line[1]).size(), kLongestLine);
  EXPECT_TRUE(processes::line_of(line[0]).empty());
}

TEST_F(ProcessesTest, WhoeverIsGoneStandsNowhere) {
  const pid_t child = start([&] { report(); });
  const ProcessId process = id_of(hear());
  EXPECT_EQ(processes::parent_of(process), id_of(::getpid()));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  wait_for_end(child);
  EXPECT_TRUE(processes::line_of(process).empty()) << "it only waits to be reaped";
  EXPECT_FALSE(processes::parent_of(process).known());
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(processes::line_of(process).empty());
  EXPECT_FALSE(processes::parent_of(process).known());
}

/// Of the same pid, but started at another time or with another inode.
std::vector<ProcessId> others_like(const ProcessId& process) {
  ProcessId earlier = process;
  --earlier.start_time;
  ProcessId other = process;
  ++other.inode;
  ProcessId unknown = process;
  unknown.start_time = 0;
  return {earlier, other, unknown};
}

TEST_F(ProcessesTest, ThePidAloneIsNotTheProcess) {
  const ProcessId self = id_of(::getpid());
  EXPECT_TRUE(LinuxHost().is_there(self));
  for (const ProcessId& other : others_like(self)) {
    EXPECT_FALSE(LinuxHost().is_there(other));
    EXPECT_TRUE(processes::line_of(other).empty());
    EXPECT_FALSE(processes::parent_of(other).known());
    const auto held = processes::hold(other);
    ASSERT_TRUE(held) << held.error().message;
    EXPECT_FALSE(held->valid());
  }
}

TEST_F(ProcessesTest, WhoIsHeldIsReadableOnceItHasEnded) {
  const pid_t child = start();
  const ProcessId process = id_of(child);
  const auto held = processes::hold(process);
  ASSERT_TRUE(held && held->valid());
  EXPECT_TRUE(LinuxHost().is_there(process));
  EXPECT_FALSE(is_readable(held->get(), 0));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  EXPECT_TRUE(is_readable(held->get(), 60'000));
  EXPECT_FALSE(LinuxHost().is_there(process));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const auto late = processes::hold(process);
  ASSERT_TRUE(late) << late.error().message;
  EXPECT_FALSE(late->valid());
  EXPECT_FALSE(LinuxHost().is_there(process));
}

TEST_F(ProcessesTest, WithoutDescriptorsItIsNotSaidThatAProcessIsGone) {
  const ProcessId self = id_of(::getpid());
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const auto lowest =
      static_cast<rlim_t>(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get());
  LinuxHost host;
  // UBSan looks a type's virtual functions up through a pipe, once: while there are descriptors.
  ASSERT_TRUE(host.is_there(self));
  // None at all, and one for the pidfd but none to read /proc by.
  for (const rlim_t limit : {rlim_t{0}, lowest + 1}) {
    const rlimit few{.rlim_cur = limit, .rlim_max = usual.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto held = processes::hold(self);
    const bool there = host.is_there(self);
    const auto line = processes::line_of(self);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_FALSE(held) << limit;
    EXPECT_TRUE(there) << limit;
    EXPECT_TRUE(line.empty()) << limit;
  }
}

TEST_F(ProcessesTest, APeerIsWhoConnected) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  const UniqueFd one(ends[0]);
  const UniqueFd other(ends[1]);
  EXPECT_EQ(processes::peer_of(one.get(), ::getpid()), id_of(::getpid()));

  const SocketDirectory directory;
  const ListenSocket listener = listen_or_throw(directory.socket());
  const pid_t child = start([&] {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    if (!connect_at(socket, directory.socket())) ::_exit(1);
    wait_until_over();
  });
  const UniqueFd accepted(::accept(listener.descriptor(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ(processes::peer_of(accepted.get(), child), id_of(child));
}

TEST_F(ProcessesTest, APeerThatDiedIsNobodyWhoeverHasTheSocketNow) {
  const SocketDirectory directory;
  const ListenSocket listener = listen_or_throw(directory.socket());
  const pid_t child = start([&] {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    if (!connect_at(socket, directory.socket())) ::_exit(1);
    start([&] { report(); });
    wait_until_over();
  });
  const UniqueFd accepted(::accept(listener.descriptor(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  static_cast<void>(hear());  // the heir lives
  EXPECT_TRUE(processes::peer_of(accepted.get(), child).known());
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  wait_for_end(child);
  EXPECT_FALSE(processes::peer_of(accepted.get(), child).known());
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(processes::peer_of(accepted.get(), child).known());
  EXPECT_FALSE(is_readable(accepted.get(), 0)) << "the heir should have the socket open";
}

/// The number in a file of /proc/self, if it is there and says something.
std::optional<std::uint32_t> own_number(const std::string& file) {
  const std::string text = content_of("/proc/self/" + file);
  if (text.empty() || text.starts_with("4294967295")) return std::nullopt;
  return static_cast<std::uint32_t>(std::stoul(text));
}

TEST_F(ProcessesTest, HintsAreWhatTheKernelSays) {
  const SessionHints hints = processes::hints_of(::getpid());
  EXPECT_EQ(hints.kernel_session, ::getsid(0));
  EXPECT_EQ(hints.login_uid, own_number("loginuid"));
  EXPECT_EQ(hints.audit_session, own_number("sessionid"));
}

TEST_F(ProcessesTest, OfAProcessThatIsNoneThereAreNoHints) {
  for (const pid_t pid : {-1, 0, 2'000'000'000})
    EXPECT_EQ(processes::hints_of(pid), SessionHints{}) << pid;
}

TEST_F(ProcessesTest, TheBootIdIsTheOneOfTheKernel) {
  const std::string id = processes::boot_id();
  EXPECT_EQ(id + "\n", content_of("/proc/sys/kernel/random/boot_id"));
  EXPECT_EQ(id.size(), 36U);
}

}  // namespace
}  // namespace usher::testing
