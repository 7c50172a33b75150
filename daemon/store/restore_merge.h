// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/store/sealer.h"
#include "daemon/store/sqlite.h"

namespace usher {

/// Something that an administrator, or a person, has to know after a restore.
struct RestoreRemark {
  enum class Kind : std::uint8_t {
    hotp_removed = 1,  // its counter may have moved on since
    recovery_removed,  // may have been used since; `count` of them, as of the next two
    bypass_removed,
    breakglass_removed,
    generator_back,  // had been removed since the backup
    generator_lost,  // was enrolled since
    password_back,   // the one of then, changed since
    password_lost,   // was set since, for the first time
  };
  Kind kind{};
  std::string user;
  std::string label;  // the generator's; else empty
  std::size_t count = 0;
};

/// A store that is open, and what opens its seeds; null where its key is not at hand.
struct StoreSide {
  Database& database;
  const Sealer* sealer = nullptr;
};

struct Merged {
  std::vector<RestoreRemark> remarks;  // by person
  /// When every code of time that a person's generator shows counts again; seconds since 1970.
  std::int64_t codes_count_from = 0;
};

/// Changes what was read from a backup, both sides being of today's schema, so that nothing that
/// was spent since is good again; `now` in seconds since 1970.
///
///  * Codes that time makes: none counts that a generator can have shown by now.
///  * Codes that a counter makes, recovery, bypass and break-glass codes: kept where `in_place`,
///  the
///    store before the restore, has the same one, and then as used up as the more used up of the
///    two; without it, or without its word, they are removed, and whose they were is told in a
///    notice at their next login.
///  * Whoever once had a code is known to have had one; no id is given a second time.
///
/// In a transaction of the caller's on `restored`. Where `in_place` is null, there is none, or it
/// can't be read. For the store room: throws.
[[nodiscard]] Merged merge_spent(const StoreSide& restored, const StoreSide* in_place,
                                 std::int64_t now);

}  // namespace usher
