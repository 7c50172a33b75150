// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/model/proof.h"
#include "daemon/model/result.h"
#include "daemon/model/session.h"

namespace usher {

/// What became of a commit.
enum class CommitOutcome : std::uint8_t {
  committed = 1,  // durable: it survives a crash of the machine
  conflict,       // somebody was faster (the code is spent, the label taken); nothing was changed
};

/// Which sessions of the past are asked for.
struct SessionQuery {
  std::string user;        // canonical; empty: anybody's
  std::int64_t since = 0;  // seconds since 1970: those that began then or later
  std::size_t count = 0;   // at most as many
};

/// A proof, and the id of the session that holds it.
struct HeldProof {
  std::string session;
  EarnedProof proof;
};

/// The port to what is kept about credentials and sessions. Users are canonical names.
/// Implementations may be called from many threads at once. An Error of a read means that nothing
/// is known, never that there is nothing; an Error of a commit, that it must be taken as not done
/// (docs/store.md, "Commits").
class Store {
 public:
  virtual ~Store() = default;

  /// The Argon2id string of the user's Usher password; none where none was set.
  [[nodiscard]] virtual Result<std::optional<std::string>> password_hash(std::string_view user) = 0;
  /// Whether they have to choose another at their next login; false where they have none.
  [[nodiscard]] virtual Result<bool> must_change_password(std::string_view user) = 0;
  /// Hashes of the Usher passwords before it that are remembered, the oldest first.
  [[nodiscard]] virtual Result<std::vector<std::string>> former_hashes(std::string_view user) = 0;
  /// The user's code generators, seeds unsealed.
  [[nodiscard]] virtual Result<std::vector<OtpCredential>> otp_credentials(
      std::string_view user) = 0;
  [[nodiscard]] virtual Result<std::vector<OtpSummary>> list_otp(std::string_view user) = 0;
  /// Whether they have a generator, or ever had one.
  [[nodiscard]] virtual Result<bool> has_had_otp(std::string_view user) = 0;
  /// Their look-up secrets, used up and expired ones too, in the order in which they were issued.
  [[nodiscard]] virtual Result<std::vector<LookupSecret>> lookup_secrets(std::string_view user) = 0;
  /// Everybody's look-up secrets of that kind, used up and expired ones too, by user, and then in
  /// the order in which they were issued.
  [[nodiscard]] virtual Result<std::vector<IssuedSecret>> issued_secrets(LookupKind kind) = 0;
  /// What they are to be told at their next login, the oldest first.
  [[nodiscard]] virtual Result<std::vector<Notice>> notices(std::string_view user) = 0;

  /// The sessions whose anchor is not known to have ended, in the order in which they began.
  [[nodiscard]] virtual Result<std::vector<Session>> watched_sessions() = 0;
  /// Sessions, open ones too, the latest first: by the clock, and then in the order in which they
  /// began.
  [[nodiscard]] virtual Result<std::vector<Session>> sessions(const SessionQuery& query) = 0;
  /// Those whose id begins with `id`, two at most. `id` is of hex digits in lower case.
  [[nodiscard]] virtual Result<std::vector<Session>> sessions_named(std::string_view id) = 0;
  /// What `session` holds.
  [[nodiscard]] virtual Result<std::vector<EarnedProof>> proofs_of(std::string_view session) = 0;
  /// What all sessions hold.
  [[nodiscard]] virtual Result<std::vector<HeldProof>> proofs() = 0;

  /// Makes all of `effects` durable, or none.
  [[nodiscard]] virtual Result<CommitOutcome> commit(std::span<const Effect> effects) = 0;

 protected:
  Store() = default;
  Store(const Store&) = default;
  Store& operator=(const Store&) = default;
};

}  // namespace usher
