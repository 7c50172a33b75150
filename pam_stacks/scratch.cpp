// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/scratch.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace usher::pam_stacks {

namespace fs = std::filesystem;

Result<Scratch> Scratch::make() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
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
