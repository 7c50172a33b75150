// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/model/factor.h"

namespace usher {

/// Who verified a factor. `stack`: a PAM module before ours, as the stack's author says. `session`:
/// usherd or sshd, earlier in the session that the caller stands in.
enum class ProvenBy : std::uint8_t { usher = 1, sshd, stack, session };

struct ProvenByName {
  ProvenBy by;
  std::string_view name;
};

/// As the audit log and the control interface have them.
inline constexpr std::array kProvenByNames = {
    ProvenByName{ProvenBy::usher, "usher"},
    ProvenByName{ProvenBy::sshd, "sshd"},
    ProvenByName{ProvenBy::stack, "stack"},
    ProvenByName{ProvenBy::session, "session"},
};

[[nodiscard]] constexpr std::string_view name_of(ProvenBy by) noexcept {
  for (const ProvenByName& row : kProvenByNames)
    if (row.by == by) return row.name;
  return "";
}

[[nodiscard]] constexpr std::optional<ProvenBy> proven_by_named(std::string_view name) noexcept {
  for (const ProvenByName& row : kProvenByNames)
    if (row.name == name) return row.by;
  return std::nullopt;
}

/// A factor, verified before or during this request.
struct Proof {
  Factor factor{};
  ProvenBy by{};
  /// What may be told of it: a key's type, the module's name, the session; never a secret.
  std::string detail;
  /// How long ago, in seconds of the boot clock; of a session's proofs alone.
  std::optional<std::int64_t> age = std::nullopt;
};

/// Names one stored password without telling anything of it: equal marks, the same password hash.
using PasswordMark = std::array<std::uint8_t, 16>;

/// What a proof hangs on: once that is gone or changed, so is the proof.
struct ProofTie {
  enum class Kind : std::uint8_t {
    nothing = 1,      // nothing that usherd keeps: a key that sshd verified
    usher_password,   // the Usher password whose hash has this mark
    system_password,  // the password of /etc/shadow of which usher-keeper gave this mark
    otp,              // the code generator of that id
  };
  Kind kind = Kind::nothing;
  std::int64_t otp = 0;
  PasswordMark mark{};
  bool operator==(const ProofTie&) const = default;
};

/// A proof as the session keeps it that it was earned in.
struct EarnedProof {
  std::string user;  // who it proves somebody to be, canonical
  /// Whose processes in the session may use it: of sudo and su whoever started them, else the
  /// session's own.
  uid_t for_uid = static_cast<uid_t>(-1);
  Factor factor{};
  ProvenBy by{};
  ProofTie tie;
  std::int64_t boot_at = 0;  // boot clock, microseconds
  std::int64_t wall_at = 0;  // wall clock, seconds since 1970: to be shown, never counted on
  bool operator==(const EarnedProof&) const = default;
};

/// In whole seconds of the boot clock, begun ones counted: what is a moment too old is too old.
[[nodiscard]] constexpr std::int64_t age_of(const EarnedProof& proof,
                                            std::int64_t boot_microseconds) noexcept {
  constexpr std::int64_t kSecond = 1'000'000;
  return (boot_microseconds - proof.boot_at + kSecond - 1) / kSecond;
}

}  // namespace usher
