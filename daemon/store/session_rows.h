// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/store/sqlite.h"
#include "daemon/store/store.h"

namespace usher {

/// The tables of sessions and their proofs, in a database that the caller has to itself. What fails
/// is a SqliteFailure. Changes belong into a Transaction of the caller's.
class SessionRows {
 public:
  explicit SessionRows(Database& database) : database_(database) {}

  void insert(const Session& session);
  /// Ends it, unless it has ended already, and deletes its proofs.
  void end(const std::string& session, const SessionEnding& ending);
  void drop_anchor(const std::string& session);
  /// Nothing where the session is over; else in place of the proof alike, unless that is younger.
  void credit(const std::string& session, const EarnedProof& proof);
  [[nodiscard]] bool holds(const ExpectProof& wanted);
  void forget(const ForgetProofs& wanted);
  void forget_factor_of(const std::string& user, Factor factor);
  void forget_codes_of(const std::string& user, const std::string& label);
  /// Deletes a few of the sessions that ended before then (seconds since 1970).
  void forget_before(std::int64_t moment);

  [[nodiscard]] std::vector<Session> watched();
  [[nodiscard]] std::vector<Session> matching(const SessionQuery& query);
  [[nodiscard]] std::vector<Session> named(std::string_view id);
  [[nodiscard]] std::vector<EarnedProof> proofs_of(std::string_view session);
  [[nodiscard]] std::vector<HeldProof> proofs();

 private:
  Database& database_;
};

}  // namespace usher
