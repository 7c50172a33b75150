// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/usherd/usherd_process.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace usher::testing {
namespace {

constexpr uid_t kNobody = 65534;
constexpr int kPatience = 100'000;  // milliseconds, for a test that hangs
constexpr int kOutOfTheWay = 100;   // the first descriptor that no test hands over

bool is_root() { return ::geteuid() == 0; }

void must(bool done, std::string_view what) {
  if (!done) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

/// Gives it to the one whom programs run as.
void give_away(const std::filesystem::path& path, mode_t mode) {
  must(::chmod(path.c_str(), mode) == 0, "chmod");
  if (is_root()) must(::chown(path.c_str(), kNobody, kNobody) == 0, "chown");
}

struct Start {
  std::string folder;
  std::vector<std::string> arguments;  // the program's own name among them
  std::vector<std::string> environment;
  std::vector<int> handed_over;  // descriptors 3, 4 ... of the program
  int output = -1;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// The child's part: becomes `program` without the privileges of the test.
[[noreturn]] void become(int program, Start& start) {
  constexpr int kCouldNot = 126;
  const int executable = ::fcntl(program, F_DUPFD_CLOEXEC, kOutOfTheWay);
  std::vector<int> copies;
  for (const int descriptor : start.handed_over)
    copies.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, kOutOfTheWay));
  ::dup2(start.output, STDOUT_FILENO);
  ::dup2(start.output, STDERR_FILENO);
  int next = STDERR_FILENO + 1;
  for (const int copy : copies)
    if (::dup2(copy, next++) < 0) ::_exit(kCouldNot);
  // What the test has open is none of the program's business.
  ::close_range(static_cast<unsigned>(next), kOutOfTheWay - 1, 0);
  start.environment.push_back("LISTEN_PID=" + std::to_string(::getpid()));
  if (::chdir(start.folder.c_str()) != 0) ::_exit(kCouldNot);
  if (is_root() && (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
                    ::setresuid(kNobody, kNobody, kNobody) != 0))
    ::_exit(kCouldNot);
  // By its descriptor: the folder it was built in may be closed to others.
  ::fexecve(executable, pointers_to(start.arguments).data(), pointers_to(start.environment).data());
  ::_exit(kCouldNot);
}

pid_t spawn(const char* program, Start start) {
  const UniqueFd executable(::open(program, O_RDONLY | O_CLOEXEC));
  must(executable.valid(), program);
  const pid_t child = ::fork();
  must(child >= 0, "fork");
  if (child == 0) become(executable.get(), start);
  return child;
}

int exit_code_of(pid_t child) {
  int status = 0;
  must(::waitpid(child, &status, 0) == child, "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string content_of(const std::string& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

UniqueFd output_in(const std::string& file) {
  UniqueFd output(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  must(output.valid(), file);
  return output;
}

/// A datagram socket where the owner of `file`'s folder may write to.
UniqueFd notification_socket(const std::string& file) {
  UniqueFd made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  file.copy(address.sun_path, sizeof address.sun_path - 1);
  ::unlink(file.c_str());
  must(::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, file);
  give_away(file, 0600);
  return made;
}

}  // namespace

UsherdHome::UsherdHome() {
  std::string name = (std::filesystem::temp_directory_path() / "usherd-XXXXXX").string();
  must(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  path_ = name;
  give_away(path_, 0700);
  for (const char* folder : {"run", "state", "key", "rules.d", "log"}) {
    std::filesystem::create_directory(path_ / folder);
    give_away(path_ / folder, 0700);
  }
  write("usher.toml", R"(
[sockets]
root = "run/root.sock"
self = "run/self.sock"
control = "run/control.sock"
[state]
store = "state/store.db"
master_key = "key/master.key"
[rules]
directories = ["rules.d"]
[audit]
file = "log/audit.jsonl"
[password]
memory = "19 MiB"
)");
  write("rules.d/10-test.toml", "[[rule]]\nname = \"nobody\"\ndeny = true\n");
}

UsherdHome::~UsherdHome() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void UsherdHome::write(std::string_view name, std::string_view content) const {
  std::ofstream(path_ / name) << content;
  give_away(path_ / name, 0600);
}

Ended UsherdHome::run(const char* program, std::vector<std::string> arguments) const {
  const std::string said = in("said");
  const UniqueFd output = output_in(said);
  arguments.insert(arguments.begin(), program);
  const pid_t child =
      spawn(program, {.folder = path_.string(),
                      .arguments = std::move(arguments),
                      .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"},
                      .output = output.get()});
  const int exit_code = exit_code_of(child);
  return {.exit_code = exit_code, .said = content_of(said)};
}

void UsherdHome::init() const {
  const Ended made = run(USHERCTL, {"init", "--config", "usher.toml"});
  if (made.exit_code != 0) throw std::runtime_error("usherctl init: " + made.said);
}

UsherdProcess::UsherdProcess(const UsherdHome& home, const std::vector<HandedOver>& sockets,
                             const std::vector<std::string>& environment)
    : home_(home), notifications_(notification_socket(home.in("notify"))) {
  const UniqueFd output = output_in(home.in("log/usherd"));
  Start start{.folder = home.path().string(),
              .arguments = {"usherd", "--config", "usher.toml"},
              .environment = {"PATH=/usr/bin:/bin", "NOTIFY_SOCKET=" + home.in("notify")},
              .output = output.get()};
  start.environment.insert(start.environment.end(), environment.begin(), environment.end());
  std::string names;
  for (const HandedOver& socket : sockets) {
    names += (names.empty() ? "" : ":") + socket.name;
    start.handed_over.push_back(socket.descriptor);
  }
  if (!sockets.empty()) {
    start.environment.push_back("LISTEN_FDS=" + std::to_string(sockets.size()));
    start.environment.push_back("LISTEN_FDNAMES=" + names);
  }
  pid_ = spawn(USHERD, std::move(start));
  process_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  must(process_.valid(), "pidfd_open");
}

UsherdProcess::~UsherdProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string UsherdProcess::next_notification() const {
  std::array<pollfd, 2> watched{{{.fd = notifications_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = process_.get(), .events = POLLIN, .revents = 0}}};
  if (::poll(watched.data(), watched.size(), kPatience) <= 0) {
    ADD_FAILURE() << "usherd tells the service manager nothing";
    return {};
  }
  std::array<char, 4096> datagram{};
  const ssize_t size = ::recv(notifications_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
  return size > 0 ? std::string(datagram.data(), static_cast<std::size_t>(size)) : std::string();
}

void UsherdProcess::signal(int number) const { must(::kill(pid_, number) == 0, "kill"); }

Ended UsherdProcess::wait() {
  pollfd ended{.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, kPatience) <= 0) {
    ADD_FAILURE() << "usherd does not end";
    signal(SIGKILL);
  }
  const int exit_code = exit_code_of(std::exchange(pid_, -1));
  return {.exit_code = exit_code, .said = content_of(home_.in("log/usherd"))};
}

}  // namespace usher::testing
