// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/effect.h"
#include "daemon/model/result.h"

namespace usher {

/// What became of a commit.
enum class CommitOutcome : std::uint8_t {
  committed = 1,  // durable: it survives a crash of the machine
  conflict,       // somebody was faster (the code is spent, the label taken); nothing was changed
};

/// The port to what is kept about credentials. Users are canonical names. Implementations may be
/// called from many threads at once. An Error of a read means that nothing is known, never that
/// there is nothing; an Error of a commit, that it must be taken as not done (docs/store.md,
/// "Commits").
class Store {
 public:
  virtual ~Store() = default;

  /// The Argon2id string of the user's Usher password; none where none was set.
  [[nodiscard]] virtual Result<std::optional<std::string>> password_hash(std::string_view user) = 0;
  /// The user's code generators, seeds unsealed.
  [[nodiscard]] virtual Result<std::vector<OtpCredential>> otp_credentials(
      std::string_view user) = 0;
  [[nodiscard]] virtual Result<std::vector<OtpSummary>> list_otp(std::string_view user) = 0;

  /// Makes all of `effects` durable, or none.
  [[nodiscard]] virtual Result<CommitOutcome> commit(std::span<const Effect> effects) = 0;

 protected:
  Store() = default;
  Store(const Store&) = default;
  Store& operator=(const Store&) = default;
};

}  // namespace usher
