// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/login/hearing.h"
#include "daemon/model/decision.h"
#include "daemon/model/person.h"
#include "daemon/model/proof.h"
#include "daemon/model/result.h"

namespace usher {

/// What a look-up of the account told: the account, that there is none, or that nobody knows.
using LookedUp = Result<std::optional<Person>>;

/// Judges the request by its rules, counting `proven`, and notes in the event what it was judged by
/// and what came of it. An account that could not be looked up is unknown to every rule that asks
/// for it; whatever the decision then is, only one that was `observed` may be acted on.
[[nodiscard]] Decision judge_and_note(Hearing& hearing, const LookedUp& account,
                                      std::span<const Proof> proven);

/// What was proven for a session, as whoever looks at it reads it: "otp", "password (reused)".
[[nodiscard]] std::vector<std::string> factor_words(const AuditEvent& event);

/// Notes what counted of what was proven before usherd was asked.
void note_held(AuditEvent& event, const Decision& decision);

/// The end of a request whose decision was `observed`: nothing was asked, nothing comes of it.
/// Notes what the person could not have answered, as far as the store alone tells.
[[nodiscard]] VerdictResult observe(Hearing& hearing, const Decision& decision,
                                    const LookedUp& account);

}  // namespace usher
