// SPDX-License-Identifier: Apache-2.0
#include "ctl/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <expected>
#include <string>
#include <utility>

#include "ctl/complaint.h"
#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

namespace fs = std::filesystem;

ExitCode complain_of_file(const fs::path& file, std::string next = {}) {
  return complain({.code = ExitCode::no,
                   .what = fmt::format("{}: {}", file.string(), ::strerrordesc_np(errno)),
                   .next = std::move(next)});
}

/// A file beside another one, gone again unless it was given that one's name.
class Unfinished {
 public:
  explicit Unfinished(const fs::path& place)
      : name_(place.string() + ".XXXXXX"), out_(::mkostemp(name_.data(), O_CLOEXEC)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  Unfinished(Unfinished&&) = delete;
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished() {
    if (out_.valid() && !placed_) ::unlink(name_.c_str());
  }

  [[nodiscard]] bool valid() const noexcept { return out_.valid(); }
  [[nodiscard]] int descriptor() const noexcept { return out_.get(); }
  /// errno says why not.
  [[nodiscard]] bool put_at(const fs::path& place, bool replace) {
    placed_ = replace ? ::rename(name_.c_str(), place.c_str()) == 0
                      : ::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, place.c_str(),
                                    RENAME_NOREPLACE) == 0;
    return placed_;
  }

 private:
  std::string name_;
  UniqueFd out_;
  bool placed_ = false;
};

constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// Held back from here on, for who cleans up behind the child that they end.
class EndingHeld {
 public:
  EndingHeld() {
    ::sigemptyset(&awaited_);
    for (const int signal : kEnding) ::sigaddset(&awaited_, signal);
    ::sigaddset(&awaited_, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &awaited_, &before_);
  }
  EndingHeld(const EndingHeld&) = delete;
  EndingHeld& operator=(const EndingHeld&) = delete;
  EndingHeld(EndingHeld&&) = delete;
  EndingHeld& operator=(EndingHeld&&) = delete;
  ~EndingHeld() { release(); }
  void release() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  /// Until the child has ended; hands on to it what comes meanwhile.
  [[nodiscard]] int wait_for(pid_t child) const {
    for (;;) {
      int status = 0;
      if (::waitpid(child, &status, WNOHANG) == child) return status;
      const int signal = ::sigwaitinfo(&awaited_, nullptr);
      if (signal > 0 && signal != SIGCHLD) ::kill(child, signal);
    }
  }

 private:
  sigset_t awaited_{};
  sigset_t before_{};
};

[[noreturn]] void fill_and_end(const Filling& fill, int out) {
  ExitCode code = ExitCode::internal;
  try {
    code = fill(out);
  } catch (const std::exception& problem) {
    code = complain({.what = fmt::format("something failed: {}", problem.what()), .next = {}});
  }
  if (std::fflush(nullptr) != 0) code = ExitCode::internal;
  std::_Exit(static_cast<int>(code));
}

/// What `fill` said; what ended it by force is passed on once all is cleaned up.
std::expected<ExitCode, int> filled(const Filling& fill, int out, const EndingHeld& held) {
  // What is written twice then is only what was printed.
  static_cast<void>(std::fflush(nullptr));
  const pid_t child = ::fork();
  if (child < 0)
    return complain({.what = fmt::format("can't fork: {}", ::strerrordesc_np(errno)), .next = {}});
  if (child == 0) {
    held.release();
    fill_and_end(fill, out);
  }
  const int status = held.wait_for(child);
  if (WIFSIGNALED(status)) return std::unexpected(WTERMSIG(status));
  return static_cast<ExitCode>(WEXITSTATUS(status));
}

bool make_name_durable(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.valid() && ::fsync(directory.get()) == 0;
}

ExitCode put_in_place(Unfinished& made, const fs::path& file, bool replace) {
  if (!made.put_at(file, replace)) {
    if (errno == EEXIST) return complain_of_file(file, "Nothing was overwritten.");
    return complain_of_file(file);
  }
  if (!make_name_durable(file)) return complain_of_file(file);
  return ExitCode::ok;
}

}  // namespace

ExitCode write_whole_file(const fs::path& file, bool replace, const Filling& fill) {
  struct stat status{};
  const bool is_there = ::lstat(file.c_str(), &status) == 0;
  if (is_there && !replace)
    return complain({.code = ExitCode::no,
                     .what = fmt::format("{} is there already", file.string()),
                     .next = "Give another name, or say --force to replace it."});
  if (is_there && !S_ISREG(status.st_mode))
    return complain({.code = ExitCode::no,
                     .what = fmt::format("{} is not a regular file", file.string()),
                     .next = {}});
  int signal = 0;
  {
    const EndingHeld held;
    Unfinished made(file);
    if (!made.valid()) return complain_of_file(file);
    const auto said = filled(fill, made.descriptor(), held);
    if (said && *said != ExitCode::ok) return *said;
    if (said) return put_in_place(made, file, replace);
    signal = said.error();
  }
  static_cast<void>(::raise(signal));
  return complain({.code = ExitCode::no, .what = "broken off: nothing was written", .next = {}});
}

}  // namespace usher::ctl
