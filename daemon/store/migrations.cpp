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

// Sessions, and what was proven in them. `number` gives their order; an id names one. A session is
// `watched` until its anchor is known to have ended, which may be long after the session did. Only
// sessions that are open hold proofs. `tie_kind` as in ProofTie.
constexpr const char* kSessionTables = R"sql(
  CREATE TABLE session (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (typeof(id) = 'text' AND length(id) = 32),
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    uid INTEGER NOT NULL CHECK (typeof(uid) = 'integer'),
    service TEXT NOT NULL CHECK (typeof(service) = 'text'),
    rhost TEXT NOT NULL CHECK (typeof(rhost) = 'text'),
    tty TEXT NOT NULL CHECK (typeof(tty) = 'text'),
    ruser TEXT NOT NULL CHECK (typeof(ruser) = 'text'),
    anchor_pid INTEGER NOT NULL CHECK (typeof(anchor_pid) = 'integer'),
    anchor_start INTEGER NOT NULL CHECK (typeof(anchor_start) = 'integer'),
    anchor_inode INTEGER NOT NULL CHECK (typeof(anchor_inode) = 'integer'),
    boot_id TEXT NOT NULL CHECK (typeof(boot_id) = 'text'),
    parent TEXT NOT NULL CHECK (typeof(parent) = 'text'),
    login_uid INTEGER CHECK (login_uid IS NULL OR typeof(login_uid) = 'integer'),
    audit_session INTEGER CHECK (audit_session IS NULL OR typeof(audit_session) = 'integer'),
    kernel_session INTEGER NOT NULL CHECK (typeof(kernel_session) = 'integer'),
    rule TEXT NOT NULL CHECK (typeof(rule) = 'text'),
    rule_at TEXT NOT NULL CHECK (typeof(rule_at) = 'text'),
    observed INTEGER NOT NULL CHECK (observed IN (0, 1)),
    factors TEXT NOT NULL CHECK (typeof(factors) = 'text'),
    opened INTEGER NOT NULL CHECK (typeof(opened) = 'integer'),
    ended INTEGER CHECK (ended IS NULL OR typeof(ended) = 'integer'),
    end_how INTEGER CHECK ((end_how IS NULL) = (ended IS NULL)
      AND (end_how IS NULL OR end_how IN (1, 2, 3, 4, 5))),
    end_by TEXT NOT NULL DEFAULT '' CHECK (typeof(end_by) = 'text'),
    watched INTEGER NOT NULL CHECK (watched IN (0, 1))
  );
  CREATE INDEX session_watched ON session (number) WHERE watched = 1;
  CREATE INDEX session_opened ON session (opened);
  CREATE INDEX session_of_user ON session (user, opened);
  CREATE INDEX session_over ON session (ended) WHERE watched = 0;
  CREATE TABLE proof (
    session INTEGER NOT NULL REFERENCES session (number),
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    for_uid INTEGER NOT NULL CHECK (typeof(for_uid) = 'integer'),
    factor INTEGER NOT NULL CHECK (typeof(factor) = 'integer'),
    proven_by INTEGER NOT NULL CHECK (typeof(proven_by) = 'integer'),
    tie_kind INTEGER NOT NULL CHECK (tie_kind IN (1, 2, 3, 4)),
    tie_otp INTEGER NOT NULL CHECK (typeof(tie_otp) = 'integer'),
    tie_mark BLOB NOT NULL CHECK (typeof(tie_mark) = 'blob' AND length(tie_mark) = 16),
    boot_at INTEGER NOT NULL CHECK (typeof(boot_at) = 'integer'),
    wall_at INTEGER NOT NULL CHECK (typeof(wall_at) = 'integer'),
    PRIMARY KEY (session, user, for_uid, factor)
  ) WITHOUT ROWID;
  CREATE INDEX proof_of_user ON proof (user, factor);
)sql";

// The whole life of a credential. `kind` of a generator: 1 counts time, 2 counts codes. `enrolled`
// names whoever has had a generator: removing one leaves it. Hashes in `former_password` are of
// passwords that people may not go back to. A `lookup_secret` (kind 1 recovery, 2 bypass, 3
// break-glass) that is used up stays, so that a restored backup can tell. Its `services`: one a
// line, nothing for all.
constexpr const char* kCredentialLife = R"sql(
  ALTER TABLE otp ADD COLUMN kind INTEGER NOT NULL DEFAULT 1 CHECK (kind IN (1, 2));
  ALTER TABLE otp ADD COLUMN drift INTEGER NOT NULL DEFAULT 0
    CHECK (typeof(drift) = 'integer' AND drift BETWEEN -10 AND 10);
  ALTER TABLE password ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0
    CHECK (must_change IN (0, 1));
  CREATE TABLE former_password (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND hash <> '')
  );
  CREATE INDEX former_password_of_user ON former_password (user, number);
  CREATE TABLE enrolled (
    user TEXT NOT NULL PRIMARY KEY CHECK (typeof(user) = 'text' AND user <> ''),
    since INTEGER NOT NULL CHECK (typeof(since) = 'integer')
  );
  INSERT INTO enrolled (user, since) SELECT user, min(created) FROM otp GROUP BY user;
  CREATE TABLE lookup_secret (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
    hash BLOB NOT NULL CHECK (typeof(hash) = 'blob' AND length(hash) = 32),
    services TEXT NOT NULL CHECK (typeof(services) = 'text'),
    expires INTEGER CHECK (expires IS NULL OR typeof(expires) = 'integer'),
    uses_left INTEGER NOT NULL CHECK (typeof(uses_left) = 'integer' AND uses_left >= 0),
    issued INTEGER NOT NULL CHECK (typeof(issued) = 'integer'),
    issued_by TEXT NOT NULL CHECK (typeof(issued_by) = 'text'),
    last_used INTEGER NOT NULL CHECK (typeof(last_used) = 'integer'),
    UNIQUE (user, kind, hash)
  );
  CREATE TABLE notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL CHECK (typeof(user) = 'text' AND user <> ''),
    at INTEGER NOT NULL CHECK (typeof(at) = 'integer'),
    text TEXT NOT NULL CHECK (typeof(text) = 'text' AND text <> '')
  );
  CREATE INDEX notice_of_user ON notice (user, id);
)sql";

constexpr std::array kMigrations = {Migration{kFirstVersion}, Migration{kSessionTables},
                                    Migration{kCredentialLife}};

}  // namespace

std::span<const Migration> migrations() noexcept { return kMigrations; }

}  // namespace usher
