// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/model/lookup_secret.h"
#include "daemon/model/proof.h"
#include "daemon/model/session.h"
#include "usher/secret.h"

namespace usher {

/// What moves a generator on: time (RFC 6238), or each code that is shown (RFC 4226).
enum class OtpKind : std::uint8_t { totp = 1, hotp };

enum class OtpAlgorithm : std::uint8_t { sha1 = 1, sha256, sha512 };

/// How codes are made.
struct OtpParameters {
  OtpKind kind = OtpKind::totp;
  OtpAlgorithm algorithm = OtpAlgorithm::sha1;
  unsigned digits = 6;   // 6 to 8
  unsigned period = 30;  // seconds, 1 to 3600; of TOTP alone
  bool operator==(const OtpParameters&) const = default;
};

/// One enrolled code generator. Move-only, since it holds the seed.
struct OtpCredential {
  std::int64_t id = 0;
  std::string label;
  OtpParameters parameters;
  Secret seed;
  /// The newest time step or counter whose code was spent; none before the first use.
  std::optional<std::uint64_t> last_step;
  /// By how many steps a TOTP generator's clock was ahead (or, below 0, behind) when its last code
  /// was spent: at most kMostDrift either way.
  int drift = 0;
};

inline constexpr int kMostDrift = 10;

/// So many generators one person may have.
inline constexpr std::size_t kMostCodesPerPerson = 8;

/// The same without the seed, for lists.
struct OtpSummary {
  std::int64_t id = 0;
  std::string label;
  OtpParameters parameters;
  std::int64_t created = 0;    // seconds since 1970
  std::int64_t last_used = 0;  // seconds since 1970; 0 for never
};

// What a verdict changes. All effects of a verdict are committed together or not at all.

/// Spends the code of `step`, a counter's value where the generator counts, and with it every
/// earlier one; remembers how the generator's clock stands.
struct SpendOtp {
  std::int64_t credential = 0;
  std::uint64_t step = 0;
  int drift = 0;
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
  /// The person has to choose another one at their next login.
  bool must_change = false;
  /// So many of the hashes before it are kept, for the person not to go back to them.
  unsigned remember = 0;
};
/// The person has to choose another Usher password at their next login; a conflict where they have
/// none.
struct ExpirePassword {
  std::string user;
};
/// Adds a generator, and marks for good that the person has had one.
struct AddOtp {
  std::string user;
  std::string label;
  OtpParameters parameters;
  Secret seed;
  /// The step or counter of the code that confirmed the enrolment: spent from the start. None:
  /// nothing is spent yet.
  std::optional<std::uint64_t> last_step;
};
struct RemoveOtp {
  std::string user;
  std::string label;
};
/// A conflict where there is none of that label, or one of the new label already.
struct RenameOtp {
  std::string user;
  std::string label;
  std::string new_label;
};
/// Changes nothing: the other effects are committed only if the person never had a generator.
struct ExpectNeverEnrolled {
  std::string user;
};
/// The person may enrol at a prompt again, though they have had a generator.
struct ReopenEnrolment {
  std::string user;
};

/// Adds look-up secrets, all alike but for their hashes.
struct AddLookupSecrets {
  std::string user;
  std::vector<LookupHash> hashes;
  LookupSecret alike;    // its id, hash, issued and last_used are not looked at
  bool replace = false;  // those of the same kind that the person had are gone
};
/// Uses one up, once: a conflict where it is used up, expired or gone by now.
struct SpendLookupSecret {
  std::int64_t id = 0;
};
/// All of the person's of that kind are gone; none is no conflict.
struct RevokeLookupSecrets {
  std::string user;
  LookupKind kind{};
};

/// Something the person is told at their next login. The newest 100 are kept.
struct LeaveNotice {
  std::string user;
  std::string text;
};
/// The person was told: the notices up to this one are gone.
struct TakeNotices {
  std::string user;
  std::int64_t up_to = 0;
};

/// Changes nothing: the other effects are committed only if the user has exactly these credentials.
struct ExpectCredentials {
  std::string user;
  std::optional<std::string> hash;  // none: no password
  std::vector<std::int64_t> otp;    // ids, ascending
  std::size_t recovery = 0;         // codes left
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

using Effect = std::variant<SpendOtp, RehashPassword, SetPassword, ExpirePassword, AddOtp,
                            RemoveOtp, RenameOtp, ExpectNeverEnrolled, ReopenEnrolment,
                            AddLookupSecrets, SpendLookupSecret, RevokeLookupSecrets, LeaveNotice,
                            TakeNotices, ExpectCredentials, OpenSession, EndSession, DropAnchor,
                            EarnProof, ForgetProofs, ExpectProof>;

}  // namespace usher
