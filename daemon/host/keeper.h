// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/model/account_state.h"
#include "daemon/model/proof.h"
#include "daemon/model/result.h"
#include "usher/deadline.h"
#include "usher/keeper_message.h"
#include "usher/secret.h"

namespace usher {

/// What usher-keeper says of one password. Starts as a denial.
struct KeeperVerdict {
  enum class Outcome : std::uint8_t {
    right = 0x5b,
    wrong = 0xa1,      // or there is none to be right
    throttled = 0xc6,  // too many wrong ones for this user of late: not looked at
  };
  Outcome outcome = Outcome::wrong;
  /// Known only where the password was right; else `unknown`.
  AccountState state = AccountState::unknown;

  [[nodiscard]] bool right() const noexcept { return outcome == Outcome::right; }
};

/// How an account stands, and which password it has.
struct PasswordStanding {
  AccountState state = AccountState::unknown;
  /// The same as long as the password is, and the keeper runs; none where there is no password.
  std::optional<PasswordMark> mark;
};

/// The port to the passwords of /etc/shadow. Implementations may be called from many threads at
/// once. No call takes longer than `deadline`, or kKeeperPatience where that is earlier.
class Keeper {
 public:
  virtual ~Keeper() = default;
  /// Whether this machine has a keeper to ask, be it reachable or not.
  [[nodiscard]] virtual bool configured() const = 0;
  /// Whether `password` is that of `user`, who need not exist. A wrong one counts against `user`
  /// (SECURITY.md has the rate); an empty one is always wrong, costs the same work and counts
  /// against nobody. An Error where that could not be found out: never a "yes".
  [[nodiscard]] virtual Result<KeeperVerdict> verify(std::string_view user, const Secret& password,
                                                     Deadline deadline) = 0;
  /// How the account stands, without a password and without counting. `unknown` where it has no
  /// entry of its own (a directory's account, or none) or there is no keeper.
  [[nodiscard]] virtual Result<AccountState> account_state(std::string_view user,
                                                           Deadline deadline) = 0;
  /// The same, and a mark of the password.
  [[nodiscard]] virtual Result<PasswordStanding> standing(std::string_view user,
                                                          Deadline deadline) = 0;

 protected:
  Keeper() = default;
  Keeper(const Keeper&) = default;
  Keeper& operator=(const Keeper&) = default;
};

/// A machine without one: verifies nothing.
class NoKeeper final : public Keeper {
 public:
  [[nodiscard]] bool configured() const override { return false; }
  [[nodiscard]] Result<KeeperVerdict> verify(std::string_view user, const Secret& password,
                                             Deadline deadline) override;
  [[nodiscard]] Result<AccountState> account_state(std::string_view user,
                                                   Deadline deadline) override;
  [[nodiscard]] Result<PasswordStanding> standing(std::string_view user,
                                                  Deadline deadline) override;
};

/// usher-keeper, behind its socket; a connection per call. Says nothing to a listener whose uid is
/// neither 0 nor this process's own. Thread-safe.
class KeeperClient final : public Keeper {
 public:
  explicit KeeperClient(std::string socket) : socket_(std::move(socket)) {}
  [[nodiscard]] bool configured() const override { return true; }
  [[nodiscard]] Result<KeeperVerdict> verify(std::string_view user, const Secret& password,
                                             Deadline deadline) override;
  [[nodiscard]] Result<AccountState> account_state(std::string_view user,
                                                   Deadline deadline) override;
  [[nodiscard]] Result<PasswordStanding> standing(std::string_view user,
                                                  Deadline deadline) override;

 private:
  const std::string socket_;
};

/// The longest one call takes, in milliseconds: more than the keeper gives itself.
inline constexpr std::int64_t kKeeperPatience = 15'000;

/// What a reply says, where it is the answer to a Verify; an Error where it is not, or contradicts
/// itself, or the keeper failed.
[[nodiscard]] Result<KeeperVerdict> verdict_of(const KeeperReply& reply);
/// The same, where it is the answer to a State.
[[nodiscard]] Result<AccountState> state_of(const KeeperReply& reply);
[[nodiscard]] Result<PasswordStanding> standing_of(const KeeperStandingReply& reply);

}  // namespace usher
