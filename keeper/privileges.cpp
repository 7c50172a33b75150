// SPDX-License-Identifier: Apache-2.0
#include "keeper/privileges.h"

#include <cap-ng.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "daemon/serving/trouble.h"

namespace usher {
namespace {

std::unexpected<Error> failed(const char* what) {
  return failure(fmt::format("can't {}: {}", what, ::strerrordesc_np(errno)));
}

/// Only what is named here is left after capng_change_id().
void choose_capabilities(ShadowAccess access) {
  ::capng_clear(CAPNG_SELECT_BOTH);
  if (access == ShadowAccess::capability)
    ::capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                   CAP_DAC_READ_SEARCH);
}

bool can_be_root_again() { return ::setuid(0) == 0 || ::seteuid(0) == 0; }

}  // namespace

ShadowAccess access_by(mode_t mode, gid_t gid) noexcept {
  return (mode & S_IRGRP) != 0 && gid != 0 ? ShadowAccess::group : ShadowAccess::capability;
}

Result<ActingAs> ActingAs::user(uid_t uid, gid_t gid) {
  if (::geteuid() != 0 || uid == 0) return ActingAs(false);
  if (::setegid(gid) != 0) return failed("act as another group");
  if (::seteuid(uid) != 0) {
    const int error = errno;
    if (::setegid(0) != 0) std::abort();
    errno = error;
    return failed("act as another user");
  }
  return ActingAs(true);
}

ActingAs::~ActingAs() {
  if (active_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
}

Result<void> give_up_root(const std::string& shadow) {
  if (::geteuid() != 0) return {};
  struct stat status{};
  if (::lstat(shadow.c_str(), &status) != 0)
    return failure(fmt::format("can't examine {}: {}", shadow, ::strerrordesc_np(errno)));
  // Before any thread, so that the static record it returns is nobody else's.
  const passwd* const keeper = ::getpwnam(kKeeperUser);  // NOLINT(concurrency-mt-unsafe)
  if (keeper == nullptr || keeper->pw_uid == 0)
    return failure(fmt::format(
        "there is no user {0} to become: useradd --system --no-create-home {0}", kKeeperUser));

  const ShadowAccess access = access_by(status.st_mode, status.st_gid);
  const std::size_t groups = access == ShadowAccess::group ? 1 : 0;
  if (::setgroups(groups, &status.st_gid) != 0) return failed("leave root's groups");
  choose_capabilities(access);
  const auto flags = static_cast<capng_flags_t>(CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT);
  if (const int result = ::capng_change_id(static_cast<int>(keeper->pw_uid),
                                           static_cast<int>(keeper->pw_gid), flags);
      result != 0)
    return failure(fmt::format("can't become {}: capng_change_id says {}", kKeeperUser, result));
  if (can_be_root_again()) return failure("root was not given up: the process could return to it");
  return {};
}

Result<void> close_ways_back() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("set no_new_privs");
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::setrlimit(RLIMIT_CORE, &none) != 0)
    return failed("turn core dumps off");
  struct stat log{};
  const bool logs_to_file = ::fstat(STDERR_FILENO, &log) == 0 && S_ISREG(log.st_mode);
  if (!logs_to_file && ::setrlimit(RLIMIT_FSIZE, &none) != 0) return failed("forbid writing files");
  return {};
}

}  // namespace usher
