// SPDX-License-Identifier: Apache-2.0
#include "ctl/who_runs_this.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace usher::ctl {

std::string who_runs_this() {
  const char* behind_sudo = std::getenv("SUDO_USER");
  if (behind_sudo != nullptr && ::getpwnam(behind_sudo) != nullptr) return behind_sudo;
  const passwd* self = ::getpwuid(::getuid());
  return self == nullptr ? "root" : self->pw_name;
}

}  // namespace usher::ctl
