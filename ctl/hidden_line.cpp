// SPDX-License-Identifier: Apache-2.0
#include "ctl/hidden_line.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "ctl/plain_text.h"
#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

/// Signals that end or stop a process while it reads. SIGTTIN and SIGTTOU are not among them: they
/// stop it before it touches a terminal that is another's at the moment, which is right.
constexpr std::array kWatched = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGTSTP};

/// Holds the watched signals back, for as long as it lives, and tells which has come: so none can
/// come between switching echo off and knowing how to switch it on again.
class SignalsHeld {
 public:
  SignalsHeld() noexcept {
    sigset_t watched;
    ::sigemptyset(&watched);
    for (const int signal : kWatched) ::sigaddset(&watched, signal);
    if (::pthread_sigmask(SIG_BLOCK, &watched, &before_) != 0) return;
    held_ = true;
    arrivals_ = UniqueFd(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() {
    if (held_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  [[nodiscard]] bool valid() const noexcept { return arrivals_.valid(); }
  [[nodiscard]] int descriptor() const noexcept { return arrivals_.get(); }
  /// The signal that has come, which then counts as taken; 0 where none has.
  [[nodiscard]] int take() const noexcept {
    signalfd_siginfo arrival{};
    const ssize_t size = ::read(arrivals_.get(), &arrival, sizeof arrival);
    return size == sizeof arrival ? static_cast<int>(arrival.ssi_signo) : 0;
  }

 private:
  sigset_t before_{};
  bool held_ = false;
  UniqueFd arrivals_;
};

class EchoOff {
 public:
  explicit EchoOff(int tty) noexcept : tty_(tty) {
    if (::tcgetattr(tty_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    off_ = set(silent, TCSAFLUSH);
    // tcsetattr(3) succeeds if it could do any of what was asked.
    termios now{};
    if (off_ && (::tcgetattr(tty_, &now) != 0 || (now.c_lflag & ECHO) != 0)) restore();
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (off_) restore();
  }
  [[nodiscard]] bool valid() const noexcept { return off_; }

 private:
  [[nodiscard]] bool set(const termios& wanted, int when) const noexcept {
    while (::tcsetattr(tty_, when, &wanted) != 0)
      if (errno != EINTR) return false;
    return true;
  }
  void restore() noexcept {
    static_cast<void>(set(before_, TCSADRAIN));
    off_ = false;
  }

  int tty_;
  termios before_{};
  bool off_ = false;
};

/// `signal` is set where one came first.
LineEnd read_unless_signalled(int tty, const SignalsHeld& held, Secret& answer,
                              int& signal) noexcept {
  for (;;) {
    std::array<pollfd, 2> watched{{{.fd = held.descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = tty, .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(watched.data(), watched.size(), -1);
    if (ready < 0 && errno != EINTR) return LineEnd::failed;
    if (ready <= 0) continue;
    if (watched[0].revents != 0) {
      signal = held.take();
      if (signal != 0) return LineEnd::interrupted;
    }
    // The terminal hands over whole lines, so this does not wait for the end of one.
    if (watched[1].revents != 0) return read_line(tty, answer);
  }
}

LineEnd ask_once(int tty, std::string_view question, Secret& answer, int& signal) noexcept {
  const SignalsHeld held;
  if (!held.valid()) return LineEnd::failed;
  const EchoOff quiet(tty);
  if (!quiet.valid() || !write_plain(tty, question)) return LineEnd::failed;
  const LineEnd end = read_unless_signalled(tty, held, answer, signal);
  static_cast<void>(write_plain(tty, "\n"));
  return end;
}

}  // namespace

LineEnd read_hidden_line(int tty, std::string_view question, Secret& answer) noexcept {
  for (;;) {
    int signal = 0;
    const LineEnd end = ask_once(tty, question, answer, signal);
    if (signal == 0) return end;
    // Echo is on and the mask as before: now it may do what it would have done.
    static_cast<void>(::raise(signal));
    if (signal != SIGTSTP) return end;
  }
}

}  // namespace usher::ctl
