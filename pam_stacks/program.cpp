// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "usher/unique_fd.h"

namespace usher::pam_stacks {
namespace {

constexpr std::size_t kMostOutput = std::size_t{64} * 1024;

std::string path_of(const std::string& name) {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    std::string path = folder + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

std::string read_all(int pipe) {
  std::string output;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = ::read(pipe, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return output;
    if (output.size() < kMostOutput) output.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

bool has_program(const std::string& name) { return !path_of(name).empty(); }

Result<ProgramEnd> run_program(const std::vector<std::string>& command,
                               std::vector<std::string> settings) {
  const std::string path = path_of(command.front());
  if (path.empty()) return failure(fmt::format("there is no {} on this machine", command.front()));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return failure(fmt::format("no pipe: {}", std::strerror(errno)));
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);

  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  for (const char* setting :
       {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"})
    settings.emplace_back(setting);
  std::vector<char*> environment;
  environment.reserve(settings.size() + 1);
  for (std::string& setting : settings) environment.push_back(setting.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, writing.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, writing.get(), 2);
  // Whoever calls this may hold signals back; that is not the program's.
  posix_spawnattr_t attributes{};
  sigset_t none{};
  ::sigemptyset(&none);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, path.c_str(), &actions, &attributes, arguments.data(),
                                  environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  writing.reset();
  if (error != 0) return failure(fmt::format("{} can't be run: {}", path, std::strerror(error)));
  ProgramEnd end;
  end.output = read_all(reading.get());
  end.status = status_of(child);
  return end;
}

}  // namespace usher::pam_stacks
