// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/host/clock.h"
#include "daemon/serving/hash_gate.h"
#include "keeper/guess_limit.h"
#include "keeper/hash_marks.h"
#include "keeper/quiet_log.h"
#include "keeper/shadow_file.h"
#include "usher/keeper_message.h"

namespace usher {

/// How long a question may wait for its turn to be looked at, in milliseconds.
inline constexpr std::int64_t kTurnMilliseconds = 10'000;

/// How many look an account up at a time, each with a copy of the file in locked memory.
inline constexpr unsigned kReadersAtATime = 4;

/// The keeper's judgement: a question in, a reply out that holds no hash and no reason.
/// Thread-safe.
class Verifier {
 public:
  /// What it works with; all of it outlives the verifier.
  struct Parts {
    const ShadowFile& shadow;
    GuessLimit& limit;
    HashGate& gate;
    const Clock& clock;
    QuietLog& log;
  };
  /// `fallback`: see preferred_setting().
  Verifier(const Parts& parts, std::string fallback)
      : parts_(parts), fallback_(std::move(fallback)) {}

  /// Compares, doing the same work for who does not exist or has no password. A wrong password is
  /// charged to `user`; where too many were, the answer is "throttled", and the password unseen. An
  /// empty one is always wrong, so it is no guess and not charged.
  [[nodiscard]] KeeperReply answer(const KeeperVerify& question);
  [[nodiscard]] KeeperReply answer(const KeeperState& question);
  [[nodiscard]] KeeperStandingReply answer(const KeeperStanding& question);

 private:
  [[nodiscard]] std::int64_t today() const;
  [[nodiscard]] KeeperReply failed(const std::string& why);
  [[nodiscard]] KeeperReply compare(const KeeperVerify& question);
  /// Calls `look(found)` with what /etc/shadow has of `user`; false, noted, where it can't be read.
  template <typename Look>
  [[nodiscard]] bool look_up_account(std::string_view user, Look look);

  Parts parts_;
  const std::string fallback_;
  const HashMarks marks_;
  HashGate reading_{kReadersAtATime};
};

}  // namespace usher
