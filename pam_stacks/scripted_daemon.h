// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "daemon/model/result.h"
#include "usher/message.h"
#include "usher/unique_fd.h"

namespace usher::pam_stacks {

/// What is said to a request: everything usherd may say, as far as a stack tells it apart.
enum class Word : std::uint8_t { yes = 1, no, no_part };

/// What is said in each phase.
struct Script {
  Word authenticate = Word::yes;
  Word account = Word::yes;
  Word session = Word::yes;
};

/// Plays usherd to a stack that is being tried out: asks for a password and a code, does not look
/// at them, and says what the script says. It verifies nothing and must never listen where a real
/// login could come.
class ScriptedDaemon {
 public:
  /// Listens at `paths`, whoever connects, from when this returns until the process ends.
  [[nodiscard]] static Result<ScriptedDaemon> start(const std::vector<std::string>& paths,
                                                    const Script& script);

 private:
  ScriptedDaemon() = default;
};

}  // namespace usher::pam_stacks
