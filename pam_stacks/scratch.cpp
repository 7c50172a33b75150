// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/scratch.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace usher::pam_stacks {

namespace fs = std::filesystem;

Result<Scratch> Scratch::make() {
  // Root's is where nobody else can rename it away, whatever the environment says.
  std::error_code error;
  const fs::path parent = ::geteuid() == 0 ? fs::path("/run") : fs::temp_directory_path(error);
  std::string name = ((error ? fs::path("/tmp") : parent) / "usher-pam-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return failure(fmt::format("{} can't be made: {}", name, std::strerror(errno)));
  return Scratch(name);
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

}  // namespace usher::pam_stacks
