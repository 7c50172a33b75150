// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "usher/message.h"

namespace usher {

enum class Side : std::uint8_t { module = 1, daemon = 2 };

enum class DialogueState : std::uint8_t {
  connected = 1,  // the module speaks first
  greeted,        // the daemon picks a version
  ready,          // the module says what it wants
  deciding,       // the daemon thinks, asks or decides
  asking,         // a person is being asked
  closed,         // nothing more may be said
};

struct Transition {
  DialogueState from;
  Side sender;
  MessageType message;
  DialogueState to;
};

/// Which message is allowed when, and by whom. What isn't a row ends the dialogue as a denial.
/// The type is spelt out: GCC 12 puts a constant of a deduced type into writable memory.
inline constexpr std::array<Transition, 12> kTransitions = {
    Transition{DialogueState::connected, Side::module, MessageType::hello, DialogueState::greeted},
    Transition{DialogueState::greeted, Side::daemon, MessageType::hello, DialogueState::ready},
    Transition{DialogueState::greeted, Side::daemon, MessageType::restart, DialogueState::closed},
    Transition{DialogueState::ready, Side::module, MessageType::begin, DialogueState::deciding},
    Transition{DialogueState::ready, Side::daemon, MessageType::restart, DialogueState::closed},
    Transition{DialogueState::deciding, Side::daemon, MessageType::prompt, DialogueState::asking},
    Transition{DialogueState::deciding, Side::daemon, MessageType::restart, DialogueState::closed},
    Transition{DialogueState::deciding, Side::daemon, MessageType::verdict, DialogueState::closed},
    Transition{DialogueState::asking, Side::module, MessageType::answer, DialogueState::deciding},
    Transition{DialogueState::asking, Side::module, MessageType::cancel, DialogueState::closed},
    Transition{DialogueState::asking, Side::daemon, MessageType::restart, DialogueState::closed},
    Transition{DialogueState::asking, Side::daemon, MessageType::verdict, DialogueState::closed},
};

/// Follows one dialogue through the table. Used by both sides, each for what it sends and receives.
class DialogueTracker {
 public:
  [[nodiscard]] DialogueState state() const noexcept { return state_; }
  /// Takes the step, or refuses it and closes: after a refusal nothing is allowed any more.
  [[nodiscard]] bool advance(Side sender, MessageType message) noexcept {
    for (const Transition& row : kTransitions) {
      if (row.from != state_ || row.sender != sender || row.message != message) continue;
      if (message == MessageType::prompt && ++rounds_ > kMaxRounds) break;
      state_ = row.to;
      return true;
    }
    state_ = DialogueState::closed;
    return false;
  }

 private:
  DialogueState state_ = DialogueState::connected;
  int rounds_ = 0;
};

}  // namespace usher
