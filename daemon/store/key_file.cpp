// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "daemon/store/must.h"
#include "daemon/store/new_file.h"
#include "daemon/store/private_file.h"

namespace usher {

bool may_write_key_file(const std::filesystem::path& file) {
  return ::faccessat(AT_FDCWD, directory_of(file).c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

void write_key_file(const std::filesystem::path& file, const KeyRing& ring) {
  const UniqueFd directory = must(open_directory_of(file));
  const std::filesystem::path staged = file.native() + ".new";
  discard(staged);
  {
    const Secret content = must(ring.encode());
    const UniqueFd out = create_file(staged, 0400);
    write_all(out, content.expose_bytes(), staged);
    if (::fsync(out.get()) != 0) fail_at_errno(staged);
  }
  if (::rename(staged.c_str(), file.c_str()) != 0) fail_at_errno(file);
  if (::fsync(directory.get()) != 0) fail_at_errno(file);
}

}  // namespace usher
