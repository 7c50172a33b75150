// SPDX-License-Identifier: Apache-2.0
// The schema's history. Nothing else is defined here, so that a program of the tests can put a
// history of its own in its place when it is linked.
#include <array>

#include "daemon/store/schema.h"

namespace usher {
namespace {

// A column's type is checked by hand: STRICT tables need SQLite 3.37, and some systems that we
// serve have 3.34. AUTOINCREMENT: an id is never given twice, so that what was decided about a
// removed generator can't be done to its successor.
constexpr const char* kFirstVersion = R"sql(
  CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key_id BLOB NOT NULL CHECK (typeof(key_id) = 'blob' AND length(key_id) = 16)
  );
  CREATE TABLE password (
    user TEXT NOT NULL PRIMARY KEY CHECK (typeof(user) = 'text' AND user <> ''),
    hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND hash <> ''),
    changed INTEGER NOT NULL CHECK (typeof(changed) = 'integer')
  );
  CREATE TABLE otp (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    label TEXT NOT NULL CHECK (typeof(label) = 'text'),
    algorithm INTEGER NOT NULL CHECK (algorithm IN (1, 2, 3)),
    digits INTEGER NOT NULL CHECK (digits IN (6, 7, 8)),
    period INTEGER NOT NULL CHECK (typeof(period) = 'integer' AND period BETWEEN 1 AND 3600),
    sealed_seed BLOB NOT NULL CHECK (typeof(sealed_seed) = 'blob'),
    last_step INTEGER
      CHECK (last_step IS NULL OR (typeof(last_step) = 'integer' AND last_step >= 0)),
    created INTEGER NOT NULL CHECK (typeof(created) = 'integer'),
    last_used INTEGER NOT NULL CHECK (typeof(last_used) = 'integer'),
    UNIQUE (user, label)
  );
)sql";

constexpr std::array kMigrations = {Migration{kFirstVersion}};

}  // namespace

std::span<const Migration> migrations() noexcept { return kMigrations; }

}  // namespace usher
