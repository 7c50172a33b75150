// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/login/dialogue.h"
#include "daemon/login/login.h"
#include "daemon/model/factor.h"
#include "daemon/model/proof.h"
#include "usher/secret.h"

namespace usher {

/// What the person answered where one requirement was asked for.
struct GivenAnswer {
  Requirement requirement;
  Secret answer;
};

/// Asks for each requirement in turn, right answers or wrong, and checks none: the outsider must
/// not learn from the next prompt whether the last answer held.
[[nodiscard]] std::expected<std::vector<GivenAnswer>, DialogueEnd> ask_for_all(
    const std::vector<Requirement>& missing, Dialogue& dialogue, LoginPorts& ports);

/// Asks for two requirements in one prompt. Both get the whole answer: see take_apart().
[[nodiscard]] std::expected<std::vector<GivenAnswer>, DialogueEnd> ask_in_one(
    const std::vector<Requirement>& missing, Dialogue& dialogue, LoginPorts& ports);

/// A factor that an answer proved, and what that hangs on.
struct HeldFactor {
  Factor factor{};
  ProofTie tie;
};

/// What all answers came to together.
struct Findings {
  bool all_held = false;
  /// All that is missing is a code, and the person has no generator to make one.
  bool lacks_code_alone = false;
  /// A break-glass secret was used.
  bool broke_glass = false;
  /// None was; the person has one, and an answer that proved nothing has the form of it.
  bool tried_glass = false;
  std::vector<HeldFactor> held;
  std::vector<Effect> effects;        // of the factors that held; to be committed only if all did
  std::string reason;                 // for the administrator
  std::uint16_t password_length = 0;  // see Verdict::password_length
};

/// Whom the answers are to prove, and for what.
struct Claim {
  std::string_view user;     // canonical, or as typed where there is no such account
  std::string_view service;  // what a bypass may be limited to
};

/// Checks every answer against every factor it may be, even after one has failed: the time taken
/// must not tell which. Where a code is wanted, a bypass of the help desk counts as one; a
/// break-glass secret, as any of the answers, counts as all. Once all held, hashes of another cost
/// than today's are renewed.
[[nodiscard]] Result<Findings> check_all(const std::vector<GivenAnswer>& answers,
                                         const Claim& claim, Deadline deadline, LoginPorts& ports);

}  // namespace usher
