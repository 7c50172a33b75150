// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/database_file.h"

#include <unistd.h>

#include "daemon/store/new_file.h"

namespace usher {

void write_database(Database& database, const std::filesystem::path& file) {
  const UniqueFd made = create_file(file, 0600);
  Database copy(file, Database::Use::alone);
  database.copy_to(copy);
  if (copy.text("PRAGMA journal_mode = DELETE") != "delete" ||
      copy.text("PRAGMA quick_check(1)") != "ok")
    fail_at(file, "what was written is not what is read");
  if (::fsync(made.get()) != 0) fail_at_errno(file);
}

void discard_with_side_files(const std::filesystem::path& file) {
  discard(file);
  for (const char* suffix : kSideFiles) discard(file.native() + suffix);
}

}  // namespace usher
