// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ctl/person.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

constexpr char kEndMark = '\x1c';  // what no program of these tests writes

/// The session's first process, which does what a shell does: start the program and see it end.
/// Forked off a process with threads, so nothing but system calls.
[[noreturn]] void lead_session(int terminal, int reports, char* const* command) {
  constexpr std::array kFromKeyboard = {SIGINT, SIGQUIT, SIGTSTP};
  if (::login_tty(terminal) != 0) ::_exit(127);
  for (const int number : kFromKeyboard) ::signal(number, SIG_IGN);
  const pid_t program = ::fork();
  if (program == 0) {
    for (const int number : kFromKeyboard) ::signal(number, SIG_DFL);
    ::close_range(3, ~0U, 0);
    ::execv(command[0], command);
    ::_exit(127);
  }
  int status = 0;
  if (::write(reports, &program, sizeof program) != sizeof program ||
      ::waitpid(program, &status, 0) != program ||
      ::write(reports, &status, sizeof status) != sizeof status)
    ::_exit(127);
  for (;;) ::pause();
}

template <typename Number>
Number next_report(const UniqueFd& reports) {
  Number number = -1;
  if (::read(reports.get(), &number, sizeof number) != sizeof number)
    ADD_FAILURE() << "the session ended too soon";
  return number;
}

}  // namespace

Person::Person() {
  int master = -1;
  int slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0)
    ADD_FAILURE() << std::strerror(errno);
  keyboard_ = UniqueFd(master);
  slave_ = UniqueFd(slave);
}

Person::~Person() {
  if (session_ < 0) return;
  if (program_ > 0) ::kill(program_, SIGKILL);
  ::kill(session_, SIGKILL);
  ::waitpid(session_, nullptr, 0);
}

void Person::run(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> reports{};
  if (::pipe2(reports.data(), O_CLOEXEC) != 0) ADD_FAILURE() << std::strerror(errno);
  reports_ = UniqueFd(reports[0]);
  const UniqueFd reporting(reports[1]);
  session_ = ::fork();
  if (session_ == 0) lead_session(slave_.get(), reporting.get(), arguments.data());
  program_ = next_report<pid_t>(reports_);
}

void Person::type(std::string_view keys) {
  if (::write(keyboard_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    ADD_FAILURE() << "could not type";
}

bool Person::read_more() {
  pollfd watched{.fd = keyboard_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&watched, 1, kPatience) <= 0) return false;
  std::array<char, 4096> chunk{};
  const ssize_t got = ::read(keyboard_.get(), chunk.data(), chunk.size());
  if (got <= 0) return false;
  screen_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

bool Person::sees(std::string_view text) {
  for (;;) {
    if (const std::size_t at = screen_.find(text, seen_); at != std::string::npos) {
      seen_ = at + text.size();
      return true;
    }
    if (!read_more()) {
      ADD_FAILURE() << "not on the screen: \"" << text << "\", but: " << screen_.substr(seen_);
      return false;
    }
  }
}

int Person::ended() {
  const int status = next_report<int>(reports_);
  program_ = -1;
  // What it wrote last: the kernel hands it on in its own time, but in order.
  if (::write(slave_.get(), &kEndMark, 1) != 1) ADD_FAILURE() << std::strerror(errno);
  while (!screen_.ends_with(kEndMark)) {
    if (read_more()) continue;
    ADD_FAILURE() << "not all that was written came to the screen";
    break;
  }
  if (screen_.ends_with(kEndMark)) screen_.pop_back();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Person::signal(int number) const { ::kill(program_, number); }

bool Person::echo() const {
  termios settings{};
  if (::tcgetattr(slave_.get(), &settings) != 0) ADD_FAILURE() << std::strerror(errno);
  return (settings.c_lflag & ECHO) != 0;
}

}  // namespace usher::testing
