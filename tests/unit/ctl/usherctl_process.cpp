// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ctl/usherctl_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "usher/unique_fd.h"

namespace usher::testing {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ADD_FAILURE() << std::strerror(errno);
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

/// The test's own environment, but for what changes how usherctl looks.
std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    if (variable.starts_with("TZ=") || variable.starts_with("NO_COLOR=") ||
        variable.starts_with("TERM="))
      continue;
    variables.emplace_back(variable);
  }
  variables.emplace_back("TZ=UTC");
  variables.emplace_back("TERM=xterm");
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void read_both(const UniqueFd& out, const UniqueFd& err, Outcome& outcome) {
  std::array<pollfd, 2> watched{{{.fd = out.get(), .events = POLLIN, .revents = 0},
                                 {.fd = err.get(), .events = POLLIN, .revents = 0}}};
  const std::array<std::string*, 2> texts{&outcome.out, &outcome.err};
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    ::poll(watched.data(), watched.size(), -1);
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      std::array<char, 4096> chunk{};
      const ssize_t got = ::read(watched[i].fd, chunk.data(), chunk.size());
      if (got > 0)
        texts[i]->append(chunk.data(), static_cast<std::size_t>(got));
      else
        watched[i].fd = -1;
    }
  }
}

}  // namespace

Outcome run_program(const std::string& program, std::vector<std::string> arguments,
                    const std::string& input) {
  Outcome outcome;
  Pipe in;
  Pipe out;
  Pipe err;
  // A pipe takes 64 KiB before anybody reads.
  if (::write(in.writer.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    ADD_FAILURE() << "the input does not fit";
  in.writer.reset();

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.reader.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.writer.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.writer.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);

  arguments.insert(arguments.begin(), program);
  std::vector<std::string> variables = environment();
  pid_t child = -1;
  const int spawned = ::posix_spawn(&child, program.c_str(), &actions, &attributes,
                                    pointers_to(arguments).data(), pointers_to(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (spawned != 0) {
    ADD_FAILURE() << program << ": " << std::strerror(spawned);
    return outcome;
  }
  out.writer.reset();
  err.writer.reset();
  read_both(out.reader, err.reader, outcome);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome usherctl(std::vector<std::string> arguments, const std::string& input) {
  return run_program(USHERCTL, std::move(arguments), input);
}

ScratchFolder::ScratchFolder() {
  std::array<char, 32> name{"/tmp/usher-ctl-XXXXXX"};
  if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << std::strerror(errno);
  path_ = name.data();
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::string ScratchFolder::write(const std::string& name, const std::string& content) const {
  const std::filesystem::path file = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << content;
  return file.string();
}

}  // namespace usher::testing
