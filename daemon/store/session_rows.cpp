// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/session_rows.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace usher {
namespace {

// One literal for each question: values are bound, and nothing is pasted into a statement.
#define USHER_SESSION_COLUMNS                                                                  \
  "SELECT id, user, uid, service, rhost, tty, ruser, anchor_pid, anchor_start, anchor_inode, " \
  "boot_id, parent, login_uid, audit_session, kernel_session, rule, rule_at, observed, "       \
  "factors, opened, ended, end_how, end_by, watched FROM session "

constexpr const char* kWatched = USHER_SESSION_COLUMNS "WHERE watched = 1 ORDER BY number";
constexpr const char* kAnybodys =
    USHER_SESSION_COLUMNS "WHERE opened >= ? ORDER BY opened DESC, number DESC LIMIT ?";
constexpr const char* kSomebodys = USHER_SESSION_COLUMNS
    "WHERE user = ? AND opened >= ? ORDER BY opened DESC, number DESC LIMIT ?";
constexpr const char* kNamed = USHER_SESSION_COLUMNS "WHERE id >= ? AND id < ? ORDER BY id LIMIT 2";

#undef USHER_SESSION_COLUMNS

#define USHER_PROOF_COLUMNS                                                                  \
  "SELECT session.id, proof.user, for_uid, factor, proven_by, tie_kind, tie_otp, tie_mark, " \
  "boot_at, "                                                                                \
  "wall_at FROM proof JOIN session ON session.number = proof.session "

constexpr const char* kProofs = USHER_PROOF_COLUMNS;
constexpr const char* kProofsOfOne = USHER_PROOF_COLUMNS "WHERE session.id = ?";

#undef USHER_PROOF_COLUMNS

/// What ended long ago is deleted by what begins, some at a time, so that nobody waits for it.
constexpr std::int64_t kForgottenAtOnce = 16;

constexpr char kBetweenFactors = ',';

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += kBetweenFactors;
    text += word;
  }
  return text;
}

std::vector<std::string> taken_apart(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kBetweenFactors), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

template <typename Number>
Number number_in(const Query& row, int column) {
  return static_cast<Number>(row.integer(column));
}

/// The kernel's numbers have 64 bits, and SQLite's a sign.
std::int64_t stored(std::uint64_t number) { return static_cast<std::int64_t>(number); }

SessionEnd how_in(std::int64_t stored) {
  for (const SessionEndName& row : kSessionEnds)
    if (static_cast<std::int64_t>(row.end) == stored) return row.end;
  throw SqliteFailure("a session ended in a way that is none", SQLITE_CORRUPT);
}

Session session_in(const Query& row) {
  Session session{.id = row.text(0),
                  .user = row.text(1),
                  .uid = number_in<uid_t>(row, 2),
                  .service = row.text(3),
                  .rhost = row.text(4),
                  .tty = row.text(5),
                  .ruser = row.text(6),
                  .anchor = {.pid = number_in<pid_t>(row, 7),
                             .start_time = number_in<std::uint64_t>(row, 8),
                             .inode = number_in<std::uint64_t>(row, 9)},
                  .boot_id = row.text(10),
                  .parent = row.text(11),
                  .rule = row.text(15),
                  .rule_at = row.text(16),
                  .observed = row.integer(17) != 0,
                  .factors = taken_apart(row.text(18)),
                  .opened = row.integer(19),
                  .anchor_gone = row.integer(23) == 0};
  if (const auto uid = row.integer_or_null(12)) session.hints.login_uid = static_cast<uid_t>(*uid);
  if (const auto id = row.integer_or_null(13))
    session.hints.audit_session = static_cast<std::uint32_t>(*id);
  session.hints.kernel_session = number_in<pid_t>(row, 14);
  if (const auto ended = row.integer_or_null(20))
    session.ending =
        SessionEnding{.how = how_in(row.integer(21)), .at = *ended, .by = row.text(22)};
  return session;
}

std::vector<Session> all_in(Query& rows) {
  std::vector<Session> all;
  while (rows.step()) all.push_back(session_in(rows));
  return all;
}

HeldProof proof_in(const Query& row) {
  HeldProof held{
      .session = row.text(0),
      .proof = {.user = row.text(1),
                .for_uid = number_in<uid_t>(row, 2),
                .factor = static_cast<Factor>(row.integer(3)),
                .by = static_cast<ProvenBy>(row.integer(4)),
                .tie = {.kind = static_cast<ProofTie::Kind>(row.integer(5)), .otp = row.integer(6)},
                .boot_at = row.integer(8),
                .wall_at = row.integer(9)}};
  const auto mark = row.blob(7);
  if (mark.size() != held.proof.tie.mark.size())
    throw SqliteFailure("a proof's mark has another size", SQLITE_CORRUPT);
  std::ranges::copy(mark, held.proof.tie.mark.begin());
  return held;
}

}  // namespace

void SessionRows::insert(const Session& session) {
  const std::string factors = joined(session.factors);
  Query query = database_.query(
      "INSERT INTO session (id, user, uid, service, rhost, tty, ruser, anchor_pid, anchor_start, "
      "anchor_inode, boot_id, parent, kernel_session, rule, rule_at, observed, factors, opened, "
      "watched, login_uid, audit_session) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)");
  query.bind(session.id)
      .bind(session.user)
      .bind(std::int64_t{session.uid})
      .bind(session.service)
      .bind(session.rhost)
      .bind(session.tty)
      .bind(session.ruser)
      .bind(std::int64_t{session.anchor.pid})
      .bind(stored(session.anchor.start_time))
      .bind(stored(session.anchor.inode))
      .bind(session.boot_id)
      .bind(session.parent)
      .bind(std::int64_t{session.hints.kernel_session})
      .bind(session.rule)
      .bind(session.rule_at)
      .bind(std::int64_t{session.observed ? 1 : 0})
      .bind(factors)
      .bind(session.opened);
  const auto bind_or_null = [&query](const auto& hint) {
    if (hint)
      query.bind(std::int64_t{*hint});
    else
      query.bind_null();
  };
  bind_or_null(session.hints.login_uid);
  bind_or_null(session.hints.audit_session);
  query.run();
}

void SessionRows::end(const std::string& session, const SessionEnding& ending) {
  database_.query("DELETE FROM proof WHERE session = (SELECT number FROM session WHERE id = ?)")
      .bind(session)
      .run();
  database_
      .query("UPDATE session SET ended = ?, end_how = ?, end_by = ? WHERE id = ? AND ended IS NULL")
      .bind(ending.at)
      .bind(static_cast<std::int64_t>(ending.how))
      .bind(ending.by)
      .bind(session)
      .run();
}

void SessionRows::drop_anchor(const std::string& session) {
  database_.query("UPDATE session SET watched = 0 WHERE id = ?").bind(session).run();
}

void SessionRows::credit(const std::string& session, const EarnedProof& proof) {
  database_
      .query(
          "INSERT INTO proof (session, user, for_uid, factor, proven_by, tie_kind, tie_otp, "
          "tie_mark, boot_at, wall_at) "
          "SELECT number, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM session WHERE id = ? AND ended IS NULL "
          "ON CONFLICT (session, user, for_uid, factor) DO UPDATE SET "
          "proven_by = excluded.proven_by, tie_kind = excluded.tie_kind, "
          "tie_otp = excluded.tie_otp, tie_mark = excluded.tie_mark, "
          "boot_at = excluded.boot_at, wall_at = excluded.wall_at "
          "WHERE excluded.boot_at >= proof.boot_at")
      .bind(proof.user)
      .bind(std::int64_t{proof.for_uid})
      .bind(static_cast<std::int64_t>(proof.factor))
      .bind(static_cast<std::int64_t>(proof.by))
      .bind(static_cast<std::int64_t>(proof.tie.kind))
      .bind(proof.tie.otp)
      .bind(proof.tie.mark)
      .bind(proof.boot_at)
      .bind(proof.wall_at)
      .bind(session)
      .run();
}

bool SessionRows::holds(const ExpectProof& wanted) {
  Query row = database_.query(
      "SELECT 1 FROM proof JOIN session ON session.number = proof.session WHERE session.id = ? AND "
      "session.ended IS NULL AND proof.user = ? AND for_uid = ? AND factor = ? AND boot_at >= ?");
  row.bind(wanted.session)
      .bind(wanted.user)
      .bind(std::int64_t{wanted.for_uid})
      .bind(static_cast<std::int64_t>(wanted.factor))
      .bind(wanted.since);
  return row.step();
}

void SessionRows::forget(const ForgetProofs& wanted) {
  database_
      .query(
          "DELETE FROM proof WHERE session = (SELECT number FROM session WHERE id = ?) AND "
          "user = ? AND for_uid = ?")
      .bind(wanted.session)
      .bind(wanted.user)
      .bind(std::int64_t{wanted.for_uid})
      .run();
}

void SessionRows::forget_factor_of(const std::string& user, Factor factor) {
  database_.query("DELETE FROM proof WHERE user = ? AND factor = ?")
      .bind(user)
      .bind(static_cast<std::int64_t>(factor))
      .run();
}

void SessionRows::forget_codes_of(const std::string& user, const std::string& label) {
  database_
      .query(
          "DELETE FROM proof WHERE user = ? AND factor = ? AND "
          "tie_otp IN (SELECT id FROM otp WHERE otp.user = ? AND label = ?)")
      .bind(user)
      .bind(static_cast<std::int64_t>(Factor::otp))
      .bind(user)
      .bind(label)
      .run();
}

void SessionRows::forget_before(std::int64_t moment) {
  database_
      .query(
          "DELETE FROM session WHERE number IN "
          "(SELECT number FROM session WHERE watched = 0 AND ended < ? ORDER BY ended LIMIT ?)")
      .bind(moment)
      .bind(kForgottenAtOnce)
      .run();
}

std::vector<Session> SessionRows::watched() {
  Query rows = database_.query(kWatched);
  return all_in(rows);
}

std::vector<Session> SessionRows::matching(const SessionQuery& query) {
  const auto most = static_cast<std::int64_t>(
      std::min<std::size_t>(query.count, std::numeric_limits<std::int32_t>::max()));
  if (query.user.empty()) {
    Query rows = database_.query(kAnybodys);
    rows.bind(query.since).bind(most);
    return all_in(rows);
  }
  Query rows = database_.query(kSomebodys);
  rows.bind(query.user).bind(query.since).bind(most);
  return all_in(rows);
}

std::vector<Session> SessionRows::named(std::string_view id) {
  // 'g' comes after every digit.
  const std::string end = std::string(id) + 'g';
  Query rows = database_.query(kNamed);
  rows.bind(id).bind(std::string_view(end));
  return all_in(rows);
}

std::vector<EarnedProof> SessionRows::proofs_of(std::string_view session) {
  Query row = database_.query(kProofsOfOne);
  row.bind(session);
  std::vector<EarnedProof> all;
  while (row.step()) all.push_back(proof_in(row).proof);
  return all;
}

std::vector<HeldProof> SessionRows::proofs() {
  Query row = database_.query(kProofs);
  std::vector<HeldProof> all;
  while (row.step()) all.push_back(proof_in(row));
  return all;
}

}  // namespace usher
