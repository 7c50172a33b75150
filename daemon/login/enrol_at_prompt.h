// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "daemon/login/hearing.h"
#include "daemon/login/questions.h"
#include "daemon/model/decision.h"
#include "daemon/model/person.h"

namespace usher {

/// Whether the decision's rule lets who has no code enrol one in this dialogue, and from here.
[[nodiscard]] bool may_offer_enrolment(const Hearing& hearing, const Decision& decision);

/// What the person has to prove themselves with, before the answers are checked: what is enrolled
/// is committed on condition that it is all they have by then.
[[nodiscard]] Result<ExpectCredentials> credentials_before(Store& store, const std::string& user);

/// For who has proven all but the code, freshly, and never had one: offers a generator and hands
/// out recovery codes, or lets them do so later while the rule does, or tells them that it is too
/// late. None where that is not how it stands: then the answers were just wrong.
[[nodiscard]] std::optional<Outcome> enrol_at_prompt(Hearing& hearing, const Person& person,
                                                     const Decision& decision,
                                                     const Findings& findings,
                                                     const ExpectCredentials& before);

}  // namespace usher
