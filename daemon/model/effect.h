// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/model/proof.h"
#include "daemon/model/session.h"
#include "usher/secret.h"

namespace usher {

enum class OtpAlgorithm : std::uint8_t { sha1 = 1, sha256, sha512 };

/// How codes are made (RFC 6238).
struct OtpParameters {
  OtpAlgorithm algorithm = OtpAlgorithm::sha1;
  unsigned digits = 6;   // 6 to 8
  unsigned period = 30;  // seconds, 1 to 3600
  bool operator==(const OtpParameters&) const = default;
};

/// One enrolled code generator. Move-only, since it holds the seed.
struct OtpCredential {
  std::int64_t id = 0;
  std::string label;
  OtpParameters parameters;
  Secret seed;
  /// The newest time step whose code was spent; none before the first use.
  std::optional<std::uint64_t> last_step;
};

/// The same without the seed, for lists.
struct OtpSummary {
  std::int64_t id = 0;
  std::string label;
  OtpParameters parameters;
  std::int64_t created = 0;    // seconds since 1970
  std::int64_t last_used = 0;  // seconds since 1970; 0 for never
};

// What a verdict changes. All effects of a verdict are committed together or not at all.

/// Spends the code of `step` and with it every earlier one.
struct SpendOtp {
  std::int64_t credential = 0;
  std::uint64_t step = 0;
};
/// Replaces a hash by one of the same password at today's cost, unless it changed meanwhile.
struct RehashPassword {
  std::string user;
  std::string old_hash;
  std::string new_hash;
};
struct SetPassword {
  std::string user;
  std::string hash;
  /// The hash that was in force when the change was allowed; where it is another by now, somebody
  /// else changed the password meanwhile and this one conflicts. None: there must be none.
  /// Unset `expected`: whatever was there.
  struct Expected {
    std::optional<std::string> hash;
  };
  std::optional<Expected> expected;
};
struct AddOtp {
  std::string user;
  std::string label;
  OtpParameters parameters;
  Secret seed;
  /// The step of the code that confirmed the enrolment: spent from the start.
  std::uint64_t confirmed_step = 0;
};
struct RemoveOtp {
  std::string user;
  std::string label;
};

/// Changes nothing: the other effects are committed only if the user has exactly these credentials.
struct ExpectCredentials {
  std::string user;
  std::optional<std::string> hash;  // none: no password
  std::vector<std::int64_t> otp;    // ids, ascending
};

/// Begins a session, with the proofs that were earned for it and whose credential is still there.
struct OpenSession {
  Session session;
  std::vector<EarnedProof> proofs;
  /// Sessions that ended before this moment (seconds since 1970) may be forgotten, a few at a time.
  std::int64_t forget_before = 0;
};
/// Ends it, and forgets its proofs; how it ended first stays. A session that is none is no
/// conflict.
struct EndSession {
  std::string session;
  SessionEnding ending;
};
/// Its anchor is gone: nobody can stand in it, or be kept from standing further up by it, any more.
struct DropAnchor {
  std::string session;
};
/// Credits a proof to a session, in place of an older one alike; nothing where the session is over
/// by now, or the credential gone or changed.
struct EarnProof {
  std::string session;
  EarnedProof proof;
};
/// What the session holds for this person and uid is forgotten.
struct ForgetProofs {
  std::string session;
  std::string user;
  uid_t for_uid = static_cast<uid_t>(-1);
};
/// Changes nothing: the other effects are committed only if the session still holds this proof, as
/// young as that.
struct ExpectProof {
  std::string session;
  std::string user;
  uid_t for_uid = static_cast<uid_t>(-1);
  Factor factor{};
  std::int64_t since = 0;  // boot clock, microseconds
};

using Effect =
    std::variant<SpendOtp, RehashPassword, SetPassword, AddOtp, RemoveOtp, ExpectCredentials,
                 OpenSession, EndSession, DropAnchor, EarnProof, ForgetProofs, ExpectProof>;

}  // namespace usher
