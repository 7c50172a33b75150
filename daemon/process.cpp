// SPDX-License-Identifier: Apache-2.0
#include "daemon/process.h"

#include <fmt/format.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/serving/signals.h"

namespace usher {
namespace {

/// A dialogue has its socket, and what a name service opens on its behalf; a session has the
/// descriptor of its process, and there is no telling how many sessions there will be.
void raise_descriptor_limit(const Settings& settings) {
  constexpr rlim_t kForSessions = 65'536;
  const rlim_t wanted =
      kForSessions + 256 + rlim_t{4} * (rlim_t{settings.root_dialogues} + settings.self_dialogues);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace

Result<void> forbid_dumps() {
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::setrlimit(RLIMIT_CORE, &no_core) != 0)
    return failure(fmt::format("can't turn core dumps off: {}", ::strerrordesc_np(errno)));
  return {};
}

Result<void> become_user(const std::string& user) {
  if (::geteuid() != 0) return {};
  const passwd* const found = ::getpwnam(user.c_str());
  if (found == nullptr)
    return failure(fmt::format(
        "there is no user {}, whom [keeper] user names as the one that usherd runs as", user));
  const uid_t uid = found->pw_uid;
  const gid_t gid = found->pw_gid;
  if (uid == 0) return {};
  if (::initgroups(user.c_str(), gid) != 0 || ::setresgid(gid, gid, gid) != 0 ||
      ::setresuid(uid, uid, uid) != 0)
    return failure(fmt::format("can't become user {}: {}", user, ::strerrordesc_np(errno)));
  if (::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0)
    return failure("root was not given up: the process could return to it");
  return {};
}

Result<void> prepare_process(const Settings& settings) {
  if (auto forbidden = forbid_dumps(); !forbidden) return forbidden;
  ::umask(S_IRWXG | S_IRWXO);
  // By default each of many threads tends to get an arena of its own, megabytes for a prompt that
  // waits.
  ::mallopt(M_ARENA_MAX, 2);
  raise_descriptor_limit(settings);
  return take_over_signals();
}

}  // namespace usher
