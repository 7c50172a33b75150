// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sqlite_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <variant>

#include "daemon/store/credential_rows.h"
#include "daemon/store/edge.h"
#include "daemon/store/must.h"
#include "daemon/store/password_mark.h"
#include "daemon/store/session_rows.h"
#include "daemon/store/store_lock.h"
#include "daemon/store/upgrade.h"

namespace usher {
namespace {

// Applies one effect inside a transaction; false where what it builds on is no longer so.
class Applier {
 public:
  Applier(Database& database, SealerInForce& sealer)
      : sessions_(database), credentials_(database, sealer) {}

  bool operator()(const SpendOtp& wanted) { return credentials_.spend_code(wanted); }
  bool operator()(const RehashPassword& wanted) { return credentials_.renew_hash(wanted); }
  bool operator()(const SetPassword& wanted) {
    sessions_.forget_factor_of(wanted.user, Factor::password);
    return credentials_.set_password(wanted);
  }
  bool operator()(const ExpirePassword& wanted) { return credentials_.expire_password(wanted); }
  bool operator()(const AddOtp& wanted) { return credentials_.add_generator(wanted); }
  bool operator()(const RemoveOtp& wanted) {
    sessions_.forget_codes_of(wanted.user, wanted.label);
    return credentials_.remove_generator(wanted);
  }
  bool operator()(const RenameOtp& wanted) { return credentials_.rename_generator(wanted); }
  bool operator()(const ExpectNeverEnrolled& wanted) {
    return !credentials_.has_had_generator(wanted.user);
  }
  bool operator()(const ReopenEnrolment& wanted) {
    credentials_.reopen_enrolment(wanted);
    return true;
  }
  bool operator()(const AddLookupSecrets& wanted) {
    if (wanted.replace && wanted.alike.kind == LookupKind::recovery)
      sessions_.forget_factor_of(wanted.user, Factor::recovery);
    return credentials_.add_secrets(wanted);
  }
  bool operator()(const SpendLookupSecret& wanted) { return credentials_.spend_secret(wanted); }
  bool operator()(const RevokeLookupSecrets& wanted) {
    if (wanted.kind == LookupKind::recovery)
      sessions_.forget_factor_of(wanted.user, Factor::recovery);
    credentials_.revoke_secrets(wanted.user, wanted.kind);
    return true;
  }
  bool operator()(const LeaveNotice& wanted) {
    credentials_.leave_notice(wanted);
    return true;
  }
  bool operator()(const TakeNotices& wanted) {
    credentials_.take_notices(wanted);
    return true;
  }
  bool operator()(const ExpectCredentials& wanted) { return credentials_.are(wanted); }
  bool operator()(const OpenSession& wanted) {
    sessions_.insert(wanted.session);
    for (const EarnedProof& proof : wanted.proofs)
      if (is_still_tied(proof)) sessions_.credit(wanted.session.id, proof);
    sessions_.forget_before(wanted.forget_before);
    return true;
  }
  bool operator()(const EndSession& wanted) {
    sessions_.end(wanted.session, wanted.ending);
    return true;
  }
  bool operator()(const DropAnchor& wanted) {
    sessions_.drop_anchor(wanted.session);
    return true;
  }
  bool operator()(const EarnProof& wanted) {
    if (is_still_tied(wanted.proof)) sessions_.credit(wanted.session, wanted.proof);
    return true;
  }
  bool operator()(const ForgetProofs& wanted) {
    sessions_.forget(wanted);
    return true;
  }
  bool operator()(const ExpectProof& wanted) { return sessions_.holds(wanted); }

 private:
  /// Whether the credential that was proven is the one they have now.
  [[nodiscard]] bool is_still_tied(const EarnedProof& proof) const {
    switch (proof.tie.kind) {
      case ProofTie::Kind::nothing:
        return true;
      case ProofTie::Kind::usher_password: {
        const auto hash = credentials_.hash_of(proof.user);
        return hash && mark_of_hash(*hash) == proof.tie.mark;
      }
      case ProofTie::Kind::system_password:
        return !credentials_.hash_of(proof.user);
      case ProofTie::Kind::otp: {
        const auto codes = credentials_.generator_ids(proof.user);
        return std::ranges::find(codes, proof.tie.otp) != codes.end();
      }
    }
    return false;
  }
  SessionRows sessions_;
  CredentialRows credentials_;
};

// Between a look at the store and one at the key file a rotation may end, which leaves the new key
// alone in the file: then the store is looked at once more, and names that.
template <typename Read>
auto with_key_in_force(Read read) {
  constexpr int kRotationsAtOnce = 2;
  for (int missed = 0;; ++missed) {
    try {
      return read();
    } catch (const KeyMissing&) {
      if (missed == kRotationsAtOnce) throw;
    }
  }
}

// SQLite as some distributions build it does not make the log's directory entry durable.
void sync_directory(int directory) {
  if (::fsync(directory) != 0) throw std::system_error(errno, std::generic_category(), "fsync");
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file,
                                                       const std::filesystem::path& key_file,
                                                       std::span<const Migration> steps) {
  return at_edge(file, [&]() -> Result<std::unique_ptr<SqliteStore>> {
    const auto directory = find_store(file);
    if (!directory) return std::unexpected(directory.error());
    must(share_directory(*directory));
    auto [writer, key] = open_up_to_date(file, *directory, key_file, steps);

    Database reader(file);
    reader.run("PRAGMA query_only = ON");
    static_cast<void>(reader.integer("SELECT count(*) FROM store"));  // makes the log file
    sync_directory(directory->get());
    return std::unique_ptr<SqliteStore>(
        new SqliteStore(file, key_file, key, std::move(reader), std::move(writer)));
  });
}

template <typename Read>
auto SqliteStore::read_credentials(Read read) {
  return at_edge(file_, [&] {
    return reader_.with_sealer([&](Database& database, SealerInForce& sealer) {
      const CredentialRows rows(database, sealer);
      return Result<decltype(read(rows))>(with_key_in_force([&] { return read(rows); }));
    });
  });
}

Result<std::optional<std::string>> SqliteStore::password_hash(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.hash_of(user); });
}

Result<bool> SqliteStore::must_change_password(std::string_view user) {
  return read_credentials(
      [&](const CredentialRows& rows) { return rows.must_change_password(user); });
}

Result<std::vector<std::string>> SqliteStore::former_hashes(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.former_hashes(user); });
}

Result<std::vector<OtpCredential>> SqliteStore::otp_credentials(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.generators(user); });
}

Result<std::vector<OtpSummary>> SqliteStore::list_otp(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.summaries(user); });
}

Result<bool> SqliteStore::has_had_otp(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.has_had_generator(user); });
}

Result<std::vector<LookupSecret>> SqliteStore::lookup_secrets(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.secrets(user); });
}

Result<std::vector<IssuedSecret>> SqliteStore::issued_secrets(LookupKind kind) {
  return read_credentials([&](const CredentialRows& rows) { return rows.issued(kind); });
}

Result<std::vector<Notice>> SqliteStore::notices(std::string_view user) {
  return read_credentials([&](const CredentialRows& rows) { return rows.notices(user); });
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
  return commit(effects, [] { return Result<void>{}; });
}

Result<CommitOutcome> SqliteStore::commit(std::span<const Effect> effects,
                                          const BeforeDurable& before_durable) {
  if (effects.empty()) return CommitOutcome::committed;
  return at_edge(file_, [&] {
    return writer_.with_sealer(
        [&](Database& database, SealerInForce& sealer) -> Result<CommitOutcome> {
          Transaction transaction(database);
          for (const Effect& effect : effects)
            if (!std::visit(Applier(database, sealer), effect)) return CommitOutcome::conflict;
          if (const auto done = before_durable(); !done) return std::unexpected(done.error());
          transaction.commit();
          return CommitOutcome::committed;
        });
  });
}

}  // namespace usher
