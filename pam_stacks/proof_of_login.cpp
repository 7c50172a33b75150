// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/proof_of_login.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sstream>
#include <utility>

#include "daemon/host/parse.h"
#include "daemon/review/plain_file.h"
#include "usher/unique_fd.h"

namespace usher::pam_stacks {
namespace {

constexpr std::size_t kMost = 256;  // processes deep; machines have some twenty

std::int64_t microseconds_on(clockid_t clock) {
  timespec now{};
  static_cast<void>(::clock_gettime(clock, &now));
  return std::int64_t{1'000'000} * now.tv_sec + now.tv_nsec / 1'000;
}

std::optional<ProcessStat> stat_of(pid_t pid) {
  const auto text = review::read_plain_file(fmt::format("/proc/{}/stat", pid));
  return text ? parse_stat(*text) : std::nullopt;
}

constexpr off_t kMostOfLog = off_t{8} * 1024 * 1024;  // bytes

}  // namespace

Result<std::vector<std::string>> last_lines(const std::filesystem::path& log) {
  const auto failed = [&log](const char* why) {
    return failure(fmt::format("{} can't be read: {}", log.string(), why));
  };
  const UniqueFd file(::open(log.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return failed("it is no plain file");
  const off_t from = std::max<off_t>(0, status.st_size - kMostOfLog);
  std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), from);
  if (size < 0) return failed(std::strerror(errno));
  text.resize(static_cast<std::size_t>(size));
  std::vector<std::string> lines;
  std::istringstream each(text);
  for (std::string line; std::getline(each, line);) lines.push_back(std::move(line));
  return lines;
}

std::vector<Ancestor> ancestors() {
  const std::int64_t booted = microseconds_on(CLOCK_REALTIME) - microseconds_on(CLOCK_BOOTTIME);
  const std::int64_t tick = 1'000'000 / ::sysconf(_SC_CLK_TCK);
  std::vector<Ancestor> list;
  for (pid_t pid = ::getpid(); pid > 0 && list.size() < kMost;) {
    const auto stat = stat_of(pid);
    if (!stat) break;
    const auto ticks = static_cast<std::int64_t>(stat->start_time);
    list.push_back({.pid = pid, .started_microseconds = booted + ticks * tick});
    pid = stat->parent;
  }
  return list;
}

}  // namespace usher::pam_stacks
