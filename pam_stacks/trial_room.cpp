// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/trial_room.h"

#include <crypt.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <span>
#include <utility>

#include "daemon/review/plain_file.h"
#include "pam_stacks/whole_file.h"

namespace usher::pam_stacks {
namespace {

// The folder of the module's default sockets: what is tried out is the stack as it will be.
constexpr auto kRoom = "/run/usher";
constexpr auto kShadow = "/etc/shadow";
constexpr auto kLog = "/dev/log";
constexpr auto kStacks = "/etc/pam.d";

std::unexpected<Error> failed(const std::string& what) {
  return failure(fmt::format("{}: {}", what, std::strerror(errno)));
}

Result<std::string> random_password() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return failed("no random numbers");
  std::string password;
  for (const std::uint8_t byte : bytes) password += fmt::format("{:02x}", byte);
  return password;
}

Result<std::string> hash_of(const std::string& password) {
  crypt_data scratch{};
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  if (::crypt_gensalt_rn("$6$", 0, nullptr, 0, setting.data(), static_cast<int>(setting.size())) ==
      nullptr)
    return failed("no salt");
  const char* hash = ::crypt_r(password.c_str(), setting.data(), &scratch);
  if (hash == nullptr || *hash == '*') return failed("the password can't be hashed");
  return std::string(hash);
}

/// Whether the account's password is kept in this file at all.
bool is_in(std::string_view shadow, const std::string& user) {
  const std::string begin = user + ":";
  return shadow.starts_with(begin) || shadow.contains("\n" + begin);
}

/// shadow(5) with another password for one account, which is neither too old nor expired.
std::string shadow_with(std::string_view shadow, const std::string& user, const std::string& hash) {
  std::string text;
  while (!shadow.empty()) {
    const std::size_t end = std::min(shadow.find('\n'), shadow.size());
    const std::string_view line = shadow.substr(0, end);
    shadow.remove_prefix(std::min(end + 1, shadow.size()));
    if (!line.starts_with(user + ":")) text += fmt::format("{}\n", line);
  }
  return text + fmt::format("{}:{}:{}:0:99999:7:::\n", user, hash, std::time(nullptr) / 86'400);
}

enum class ShadowEnd : std::uint8_t { written = 0, failed = 1, no_password = 2 };

ShadowEnd copy_shadow(const std::string& file, const std::string& user, const std::string& hash) {
  struct stat status{};
  const auto shadow = review::read_plain_file(kShadow);
  if (!shadow || ::stat(kShadow, &status) != 0) return ShadowEnd::failed;
  if (!is_in(*shadow, user)) return ShadowEnd::no_password;
  const bool written =
      write_whole_file(file, shadow_with(*shadow, user, hash), status.st_mode & 0777U).has_value();
  return written && ::chown(file.c_str(), status.st_uid, status.st_gid) == 0 ? ShadowEnd::written
                                                                             : ShadowEnd::failed;
}

/// In a process of its own, which alone ever has the machine's hashes in its memory: those that
/// load modules, and become the person, do not.
ShadowEnd copy_shadow_apart(const std::string& file, const std::string& user,
                            const std::string& hash) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(static_cast<int>(copy_shadow(file, user, hash)));
  int end = -1;
  while (child > 0 && ::waitpid(child, &end, 0) < 0 && errno == EINTR) {
  }
  if (child < 0 || !WIFEXITED(end) || WEXITSTATUS(end) > static_cast<int>(ShadowEnd::no_password))
    return ShadowEnd::failed;
  return static_cast<ShadowEnd>(WEXITSTATUS(end));
}

Result<void> write_shadow(const std::string& user, const std::string& password) {
  const auto hash = hash_of(password);
  if (!hash) return std::unexpected(hash.error());
  const std::string file = fmt::format("{}/shadow", kRoom);
  switch (copy_shadow_apart(file, user, *hash)) {
    case ShadowEnd::written:
      break;
    case ShadowEnd::no_password:
      return failure(
          fmt::format("{} has no password in {}, so nothing could be tried with it: say --as USER, "
                      "one that has",
                      user, kShadow));
    case ShadowEnd::failed:
      return failure(fmt::format("{} can't be copied to {}", kShadow, file));
  }
  if (::mount(file.c_str(), kShadow, nullptr, MS_BIND, nullptr) != 0)
    return failed(fmt::format("{} can't be mounted over {}", file, kShadow));
  return {};
}

/// Over the machine's own: pam_start_confdir(3) would not do, since what a stack includes is looked
/// for in the usual folder all the same.
Result<void> show_stacks(const std::string& folder) {
  if (::mount(folder.c_str(), kStacks, nullptr, MS_BIND, nullptr) != 0)
    return failed(fmt::format("{} can't be mounted over {}", folder, kStacks));
  return {};
}

Result<void> write_folder(const std::string& folder, const Stacks& stacks) {
  if (::mkdir(folder.c_str(), 0755) != 0) return failed(folder);
  for (const auto& [name, text] : stacks)
    if (auto written = write_whole_file(fmt::format("{}/{}", folder, name), text); !written)
      return written;
  return {};
}

Result<void> write_stacks(const TrialStacks& stacks) {
  if (auto written = write_folder(fmt::format("{}/agreeing", kRoom), stacks.agreeing); !written)
    return written;
  if (auto written = write_folder(fmt::format("{}/refusing", kRoom), stacks.refusing); !written)
    return written;
  return show_stacks(fmt::format("{}/agreeing", kRoom));
}

/// A machine without a log has none to be kept from.
Result<UniqueFd> open_log() {
  UniqueFd log(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("{}/log", kRoom);
  std::ranges::copy(path, std::begin(address.sun_path));
  if (!log.valid() ||
      ::bind(log.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0666) != 0)
    return failed(path);
  if (::access(kLog, F_OK) == 0 && ::mount(path.c_str(), kLog, nullptr, MS_BIND, nullptr) != 0)
    return failed(fmt::format("{} can't be mounted over {}", path, kLog));
  return log;
}

Result<void> leave_the_machine() {
  // A module that crashes leaves no core with what it was told.
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return failed("cores can't be forbidden");
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return failure(fmt::format(
        "no mount namespace to try the stacks in: {}. In a container this needs CAP_SYS_ADMIN",
        std::strerror(errno)));
  if (::mkdir(kRoom, 0755) != 0 && errno != EEXIST) return failed(kRoom);
  if (::mount("trial", kRoom, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=16m") != 0)
    return failed(fmt::format("nothing can be mounted at {}", kRoom));
  return {};
}

}  // namespace

std::vector<std::string> TrialRoom::sockets() {
  return {fmt::format("{}/root.sock", kRoom), fmt::format("{}/self.sock", kRoom)};
}

Result<void> TrialRoom::let_others_refuse() {
  if (::unshare(CLONE_NEWNS) != 0) return failed("no mount namespace for one login");
  return show_stacks(fmt::format("{}/refusing", kRoom));
}

Result<TrialRoom> TrialRoom::enter(const TrialStacks& stacks, const std::string& user) {
  auto password = random_password();
  if (!password) return std::unexpected(std::move(password.error()));
  // Each only once the one before has worked: nothing is mounted where others would see it.
  if (auto left = leave_the_machine(); !left) return std::unexpected(std::move(left.error()));
  if (auto written = write_stacks(stacks); !written)
    return std::unexpected(std::move(written.error()));
  if (auto written = write_shadow(user, *password); !written)
    return std::unexpected(std::move(written.error()));
  auto log = open_log();
  if (!log) return std::unexpected(std::move(log.error()));
  return TrialRoom(std::move(*password), std::move(*log));
}

std::vector<std::string> TrialRoom::take_log() const {
  std::vector<std::string> lines;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = ::recv(log_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return lines;
    std::string line(buffer.data(), static_cast<std::size_t>(size));
    while (line.ends_with('\0') || line.ends_with('\n')) line.pop_back();
    // "<84>Nov 25 15:00:00 usherctl: " is the same in all of them.
    const std::size_t colon = line.find(": ", std::min(line.find('>'), line.size()));
    lines.push_back(colon == std::string::npos ? line : line.substr(colon + 2));
  }
}

}  // namespace usher::pam_stacks
