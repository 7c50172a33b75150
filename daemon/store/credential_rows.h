// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/model/lookup_secret.h"
#include "daemon/store/key_in_force.h"
#include "daemon/store/schema.h"
#include "daemon/store/sealer.h"
#include "daemon/store/sqlite.h"

namespace usher {

/// The tables of passwords, generators, look-up secrets and notices, in a database that the caller
/// has to itself. What fails is a SqliteFailure. Changes belong into a Transaction of the caller's;
/// each says whether what it builds on is still so, and is to be undone where not.
class CredentialRows {
 public:
  /// Both must outlive the rows.
  CredentialRows(Database& database, SealerInForce& sealer)
      : database_(database), sealer_(sealer) {}

  [[nodiscard]] bool set_password(const SetPassword& wanted);
  [[nodiscard]] bool renew_hash(const RehashPassword& wanted);
  [[nodiscard]] bool expire_password(const ExpirePassword& wanted);

  [[nodiscard]] bool spend_code(const SpendOtp& wanted);
  [[nodiscard]] bool add_generator(const AddOtp& wanted);
  [[nodiscard]] bool remove_generator(const RemoveOtp& wanted);
  [[nodiscard]] bool rename_generator(const RenameOtp& wanted);
  void reopen_enrolment(const ReopenEnrolment& wanted);

  [[nodiscard]] bool add_secrets(const AddLookupSecrets& wanted);
  [[nodiscard]] bool spend_secret(const SpendLookupSecret& wanted);
  void revoke_secrets(const std::string& user, LookupKind kind);

  void leave_notice(const LeaveNotice& wanted);
  void take_notices(const TakeNotices& wanted);

  [[nodiscard]] bool are(const ExpectCredentials& wanted) const;

  [[nodiscard]] std::optional<std::string> hash_of(std::string_view user) const;
  [[nodiscard]] bool must_change_password(std::string_view user) const;
  [[nodiscard]] std::vector<std::string> former_hashes(std::string_view user) const;
  [[nodiscard]] std::vector<std::int64_t> generator_ids(std::string_view user) const;
  [[nodiscard]] std::vector<OtpCredential> generators(std::string_view user) const;
  [[nodiscard]] std::vector<OtpSummary> summaries(std::string_view user) const;
  [[nodiscard]] bool has_had_generator(std::string_view user) const;
  [[nodiscard]] std::vector<LookupSecret> secrets(std::string_view user) const;
  [[nodiscard]] std::vector<IssuedSecret> issued(LookupKind kind) const;
  [[nodiscard]] std::vector<Notice> notices(std::string_view user) const;

 private:
  [[nodiscard]] bool changed_one() const { return database_.changes() == 1; }
  void remember_password(const std::string& user, const std::string& hash, unsigned most);

  /// Of the key in force, which it stays until the caller's transaction ends.
  [[nodiscard]] const Sealer& sealer() const { return sealer_.of(stored_key_id(database_)); }

  Database& database_;
  SealerInForce& sealer_;
};

}  // namespace usher
