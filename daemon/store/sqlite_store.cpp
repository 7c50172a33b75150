// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sqlite_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <system_error>
#include <variant>

#include "daemon/store/edge.h"
#include "daemon/store/must.h"
#include "daemon/store/password_mark.h"
#include "daemon/store/session_rows.h"
#include "daemon/store/upgrade.h"

namespace usher {
namespace {

std::int64_t now() {
  using std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
  return floor<seconds>(system_clock::now()).time_since_epoch().count();
}

std::int64_t stored_step(std::uint64_t step) {
  if (step > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw std::runtime_error("a time step is out of range");
  return static_cast<std::int64_t>(step);
}

// The parameters in three columns from `first`; the schema keeps them in range.
OtpParameters read_parameters(const Query& row, int first) {
  return {.algorithm = static_cast<OtpAlgorithm>(row.integer(first)),
          .digits = static_cast<unsigned>(row.integer(first + 1)),
          .period = static_cast<unsigned>(row.integer(first + 2))};
}

// Applies one effect inside a transaction; false where what it builds on is no longer so.
class Applier {
 public:
  Applier(Database& database, const Sealer& sealer) : database_(database), sealer_(sealer) {}

  bool operator()(const SpendOtp& wanted) const {
    const std::int64_t step = stored_step(wanted.step);
    database_
        .query(
            "UPDATE otp SET last_step = ?, last_used = ? "
            "WHERE id = ? AND (last_step IS NULL OR last_step < ?)")
        .bind(step)
        .bind(now())
        .bind(wanted.credential)
        .bind(step)
        .run();
    return changed_one();
  }
  // Where the password changed since it was checked, what was proven is no longer the password.
  bool operator()(const RehashPassword& wanted) const {
    database_.query("UPDATE password SET hash = ? WHERE user = ? AND hash = ?")
        .bind(wanted.new_hash)
        .bind(wanted.user)
        .bind(wanted.old_hash)
        .run();
    return changed_one();
  }
  bool operator()(const SetPassword& wanted) const {
    if (wanted.expected && stored_hash(wanted.user) != wanted.expected->hash) return false;
    SessionRows(database_).forget_passwords_of(wanted.user);
    database_
        .query(
            "INSERT INTO password (user, hash, changed) VALUES (?, ?, ?) "
            "ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, changed = excluded.changed")
        .bind(wanted.user)
        .bind(wanted.hash)
        .bind(now())
        .run();
    return changed_one();
  }
  bool operator()(const AddOtp& wanted) const {
    const auto& [algorithm, digits, period] = wanted.parameters;
    const auto sealed =
        must(sealer_.seal(wanted.seed, {wanted.user, wanted.label, wanted.parameters}));
    database_
        .query(
            "INSERT INTO otp (user, label, algorithm, digits, period, sealed_seed, last_step, "
            "created, last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) "
            "ON CONFLICT (user, label) DO NOTHING")
        .bind(wanted.user)
        .bind(wanted.label)
        .bind(static_cast<std::int64_t>(algorithm))
        .bind(std::int64_t{digits})
        .bind(std::int64_t{period})
        .bind(sealed)
        .bind(stored_step(wanted.confirmed_step))
        .bind(now())
        .run();
    return changed_one();
  }
  bool operator()(const RemoveOtp& wanted) const {
    SessionRows(database_).forget_codes_of(wanted.user, wanted.label);
    database_.query("DELETE FROM otp WHERE user = ? AND label = ?")
        .bind(wanted.user)
        .bind(wanted.label)
        .run();
    return changed_one();
  }
  bool operator()(const ExpectCredentials& wanted) const {
    return stored_hash(wanted.user) == wanted.hash && stored_codes(wanted.user) == wanted.otp;
  }
  bool operator()(const OpenSession& wanted) const {
    SessionRows rows(database_);
    rows.insert(wanted.session);
    for (const EarnedProof& proof : wanted.proofs)
      if (is_still_tied(proof)) rows.credit(wanted.session.id, proof);
    rows.forget_before(wanted.forget_before);
    return true;
  }
  bool operator()(const EndSession& wanted) const {
    SessionRows(database_).end(wanted.session, wanted.ending);
    return true;
  }
  bool operator()(const DropAnchor& wanted) const {
    SessionRows(database_).drop_anchor(wanted.session);
    return true;
  }
  bool operator()(const EarnProof& wanted) const {
    if (is_still_tied(wanted.proof)) SessionRows(database_).credit(wanted.session, wanted.proof);
    return true;
  }
  bool operator()(const ForgetProofs& wanted) const {
    SessionRows(database_).forget(wanted);
    return true;
  }
  bool operator()(const ExpectProof& wanted) const { return SessionRows(database_).holds(wanted); }

 private:
  [[nodiscard]] std::vector<std::int64_t> stored_codes(const std::string& user) const {
    Query row = database_.query("SELECT id FROM otp WHERE user = ? ORDER BY id");
    row.bind(user);
    std::vector<std::int64_t> ids;
    while (row.step()) ids.push_back(row.integer(0));
    return ids;
  }
  /// Whether the credential that was proven is the one they have now.
  [[nodiscard]] bool is_still_tied(const EarnedProof& proof) const {
    switch (proof.tie.kind) {
      case ProofTie::Kind::nothing:
        return true;
      case ProofTie::Kind::usher_password: {
        const auto hash = stored_hash(proof.user);
        return hash && mark_of_hash(*hash) == proof.tie.mark;
      }
      case ProofTie::Kind::system_password:
        return !stored_hash(proof.user);
      case ProofTie::Kind::otp: {
        const auto codes = stored_codes(proof.user);
        return std::ranges::find(codes, proof.tie.otp) != codes.end();
      }
    }
    return false;
  }
  [[nodiscard]] std::optional<std::string> stored_hash(const std::string& user) const {
    Query row = database_.query("SELECT hash FROM password WHERE user = ?");
    if (!row.bind(user).step()) return std::nullopt;
    return row.text(0);
  }
  [[nodiscard]] bool changed_one() const { return database_.changes() == 1; }
  Database& database_;
  const Sealer& sealer_;
};

// SQLite as some distributions build it does not make the log's directory entry durable.
void sync_directory(int directory) {
  if (::fsync(directory) != 0) throw std::system_error(errno, std::generic_category(), "fsync");
}

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::open(const std::filesystem::path& file, MasterKey key,
                                                 std::span<const Migration> steps) {
  return at_edge(file, [&]() -> Result<std::unique_ptr<Store>> {
    const auto directory = find_store(file);
    if (!directory) return std::unexpected(directory.error());
    Sealer sealer = must(Sealer::create(key));
    Database writer = open_up_to_date(file, *directory, key.id(), steps);

    Database reader(file);
    reader.run("PRAGMA query_only = ON");
    static_cast<void>(reader.integer("SELECT count(*) FROM store"));  // makes the log file
    sync_directory(directory->get());
    return std::unique_ptr<Store>(
        new SqliteStore(file, std::move(sealer), std::move(reader), std::move(writer)));
  });
}

Result<std::optional<std::string>> SqliteStore::password_hash(std::string_view user) {
  return at_edge(file_, [&] {
    return reader_.with([&](Database& database) -> Result<std::optional<std::string>> {
      Query row = database.query("SELECT hash FROM password WHERE user = ?");
      if (!row.bind(user).step()) return std::nullopt;
      return row.text(0);
    });
  });
}

Result<std::vector<OtpCredential>> SqliteStore::otp_credentials(std::string_view user) {
  return at_edge(file_, [&] {
    return reader_.with([&](Database& database) -> Result<std::vector<OtpCredential>> {
      Query row = database.query(
          "SELECT id, label, algorithm, digits, period, sealed_seed, last_step "
          "FROM otp WHERE user = ? ORDER BY id");
      row.bind(user);
      std::vector<OtpCredential> found;
      while (row.step()) {
        OtpCredential credential{
            .id = row.integer(0), .label = row.text(1), .parameters = read_parameters(row, 2)};
        credential.seed =
            must(sealer_.unseal(row.blob(5), {user, credential.label, credential.parameters}));
        if (const auto step = row.integer_or_null(6))
          credential.last_step = static_cast<std::uint64_t>(*step);
        found.push_back(std::move(credential));
      }
      return found;
    });
  });
}

Result<std::vector<OtpSummary>> SqliteStore::list_otp(std::string_view user) {
  return at_edge(file_, [&] {
    return reader_.with([&](Database& database) -> Result<std::vector<OtpSummary>> {
      Query row = database.query(
          "SELECT id, label, algorithm, digits, period, created, last_used "
          "FROM otp WHERE user = ? ORDER BY id");
      row.bind(user);
      std::vector<OtpSummary> found;
      while (row.step())
        found.push_back({.id = row.integer(0),
                         .label = row.text(1),
                         .parameters = read_parameters(row, 2),
                         .created = row.integer(5),
                         .last_used = row.integer(6)});
      return found;
    });
  });
}

template <typename Read>
auto SqliteStore::read_sessions(Read read) {
  return at_edge(file_, [&] {
    return reader_.with([&](Database& database) {
      SessionRows rows(database);
      return Result<decltype(read(rows))>(read(rows));
    });
  });
}

Result<std::vector<Session>> SqliteStore::watched_sessions() {
  return read_sessions([](SessionRows& rows) { return rows.watched(); });
}

Result<std::vector<Session>> SqliteStore::sessions(const SessionQuery& query) {
  return read_sessions([&](SessionRows& rows) { return rows.matching(query); });
}

Result<std::vector<Session>> SqliteStore::sessions_named(std::string_view id) {
  return read_sessions([&](SessionRows& rows) { return rows.named(id); });
}

Result<std::vector<EarnedProof>> SqliteStore::proofs_of(std::string_view session) {
  return read_sessions([&](SessionRows& rows) { return rows.proofs_of(session); });
}

Result<std::vector<HeldProof>> SqliteStore::proofs() {
  return read_sessions([](SessionRows& rows) { return rows.proofs(); });
}

Result<CommitOutcome> SqliteStore::commit(std::span<const Effect> effects) {
  if (effects.empty()) return CommitOutcome::committed;
  return at_edge(file_, [&] {
    return writer_.with([&](Database& database) -> Result<CommitOutcome> {
      Transaction transaction(database);
      const Applier apply(database, sealer_);
      for (const Effect& effect : effects)
        if (!std::visit(apply, effect)) return CommitOutcome::conflict;
      transaction.commit();
      return CommitOutcome::committed;
    });
  });
}

}  // namespace usher
