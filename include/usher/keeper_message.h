// SPDX-License-Identifier: Apache-2.0
// What usherd and usher-keeper say to each other: one request packet, one reply packet, and the
// connection is over. PROTOCOL.md has the bytes; the codec walks each message's `fields`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "usher/account_state.h"
#include "usher/message.h"

namespace usher {

/// Apart from the types of a dialogue: no packet reads as a message of both.
enum class KeeperMessageType : std::uint8_t {
  verify = 0x81,
  state = 0x82,
  reply = 0x83,
  standing = 0x84,
  standing_reply = 0x85
};

/// "Right" is one exact value, that of no other message.
enum class KeeperSeal : std::uint64_t {
  right = 0x5ac91e37d8426bf0,
  not_right = 0xa4f6621b05bd9c4e,
};

enum class KeeperOutcome : std::uint8_t {
  right = 0xb6,      // the password; counts only under KeeperSeal::right
  wrong = 1,         // it is not, or there is none
  throttled = 2,     // too many wrong ones of late: this one was not looked at
  failed = 3,        // the keeper could not find out
  state_only = 0x49  // the answer to a State: no password was asked about
};

inline constexpr std::array kKeeperSeals = {KeeperSeal::right, KeeperSeal::not_right};
inline constexpr std::array kKeeperOutcomes = {KeeperOutcome::right, KeeperOutcome::wrong,
                                               KeeperOutcome::throttled, KeeperOutcome::failed,
                                               KeeperOutcome::state_only};

/// "Is this the password of that user?" Its packet lives in locked memory on both sides.
struct KeeperVerify {
  static constexpr KeeperMessageType kType = KeeperMessageType::verify;
  std::string_view user;
  std::string_view password;

  static bool fields(auto& f, auto& self) {
    return f.text(1, self.user, kMaxName) && f.text(2, self.password, kMaxSecret);
  }
};

/// "How does that account stand?"
struct KeeperState {
  static constexpr KeeperMessageType kType = KeeperMessageType::state;
  std::string_view user;

  static bool fields(auto& f, auto& self) { return f.text(1, self.user, kMaxName); }
};

/// "How does that account stand, and is its password the one it had?" An older keeper hangs up on
/// it.
struct KeeperStanding {
  static constexpr KeeperMessageType kType = KeeperMessageType::standing;
  std::string_view user;

  static bool fields(auto& f, auto& self) { return f.text(1, self.user, kMaxName); }
};

/// The answer to it; no password counts by this.
struct KeeperStandingReply {
  static constexpr KeeperMessageType kType = KeeperMessageType::standing_reply;
  KeeperOutcome outcome = KeeperOutcome::failed;  // or state_only
  AccountState state = AccountState::unknown;
  /// Names the password's hash for as long as this keeper runs, in two halves; zero for none. Keyed
  /// with what the keeper alone knows, so nothing can be computed from it.
  std::uint64_t mark_first = 0;
  std::uint64_t mark_second = 0;

  static bool fields(auto& f, auto& self) {
    return f.one_of(1, self.outcome, kKeeperOutcomes) && f.one_of(2, self.state, kAccountStates) &&
           f.number(3, self.mark_first) && f.number(4, self.mark_second);
  }
};

/// The answer to Verify and State; starts as what lets nobody in.
struct KeeperReply {
  static constexpr KeeperMessageType kType = KeeperMessageType::reply;
  KeeperSeal seal = KeeperSeal::not_right;
  KeeperOutcome outcome = KeeperOutcome::failed;
  /// After a Verify told only to who had the right password; else `unknown`.
  AccountState state = AccountState::unknown;

  static bool fields(auto& f, auto& self) {
    return f.one_of(1, self.seal, kKeeperSeals) && f.one_of(2, self.outcome, kKeeperOutcomes) &&
           f.one_of(3, self.state, kAccountStates);
  }
  /// Whether seal and outcome both say so.
  [[nodiscard]] bool is_right() const noexcept {
    return seal == KeeperSeal::right && outcome == KeeperOutcome::right;
  }
};

}  // namespace usher
