// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/model/proof.h"
#include "daemon/model/result.h"
#include "usher/deadline.h"
#include "usher/message.h"
#include "usher/secret.h"

namespace usher {

/// What checking one answer against one factor came to. Internal failures are Errors instead.
struct FactorCheck {
  enum class Outcome : std::uint8_t {
    held = 0x5b,          // proven
    mismatch = 0xa1,      // there is a credential, and this was not it
    not_enrolled = 0xc6,  // nothing to compare with; the same work was done
  };
  Outcome outcome = Outcome::mismatch;
  /// For the administrator: "code already used", "code is two steps behind". Never for the person.
  std::string reason;
  /// What the proof hangs on, where it held.
  ProofTie tie;
  /// What success would change; dropped on failure.
  std::vector<Effect> effects;
  /// The stored hash that held, where it was made at another cost than today's: to be renewed once
  /// everything else held too.
  std::optional<std::string> outdated_hash;

  [[nodiscard]] bool held() const noexcept { return outcome == Outcome::held; }
};

/// A factor that can be asked for: ask -> check -> effect. Implementations may be called from many
/// threads at once, and do the same work for a user who is unknown or has no credential.
class AskedFactor {
 public:
  virtual ~AskedFactor() = default;
  /// What to call it in a prompt: "Password", "One-time code".
  [[nodiscard]] virtual std::string_view label() const = 0;
  [[nodiscard]] virtual PromptPurpose purpose() const = 0;
  /// Compares `answer` with what `user` (a canonical name, or as typed where there is no such
  /// account) has. Waits no longer than `deadline`. Changes nothing.
  [[nodiscard]] virtual Result<FactorCheck> check(std::string_view user, const Secret& answer,
                                                  Deadline deadline) = 0;

 protected:
  AskedFactor() = default;
  AskedFactor(const AskedFactor&) = default;
  AskedFactor& operator=(const AskedFactor&) = default;
};

}  // namespace usher
