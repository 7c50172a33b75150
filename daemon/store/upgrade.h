// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "daemon/model/result.h"
#include "daemon/store/master_key.h"
#include "daemon/store/schema.h"
#include "daemon/store/sqlite.h"
#include "usher/unique_fd.h"

namespace usher {

/// The directory of the store at `file`, once it and the store are private, as they have to be.
[[nodiscard]] Result<UniqueFd> find_store(const std::filesystem::path& file);

/// A store that is open, and the key its seeds are sealed with.
struct OpenedStore {
  Database database;
  MasterKey key;
};

/// Opens the store at `file` in `directory`, finds it sound and its key in `key_file`, and brings
/// an older schema up to date. Before that, the store as it is gets copied to FILE.schema-N, N
/// being the old version; nobody else has it open meanwhile. Where anything fails, the store is as
/// it was. For the store room: throws.
[[nodiscard]] OpenedStore open_up_to_date(const std::filesystem::path& file,
                                          const UniqueFd& directory,
                                          const std::filesystem::path& key_file,
                                          std::span<const Migration> steps);

/// What a start would find.
struct UpgradeCheck {
  std::int64_t schema = 0;  // of the store as it is
  std::int64_t wanted = 0;  // from the start on
};

/// Tries whether a start would succeed in opening the store and in bringing it up to date, on a
/// copy in memory: makes no file, changes nothing that is stored, and leaves a usherd alone that
/// serves from the store meanwhile. Too little room on the disk is an Error too.
[[nodiscard]] Result<UpgradeCheck> check_upgrade(const std::filesystem::path& file,
                                                 const std::filesystem::path& key_file,
                                                 std::span<const Migration> steps = migrations());

}  // namespace usher
