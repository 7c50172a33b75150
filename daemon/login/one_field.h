// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "daemon/login/hearing.h"
#include "daemon/login/questions.h"

namespace usher {

/// Whether the person has one field for all that is missing: a password and a code, which they then
/// type one after the other, because the rule says so or the program is known for it.
[[nodiscard]] bool has_one_field(const Hearing& hearing, const Decision& decision);

/// Where the answers for the password and for the code are one and the same, as they are after
/// ask_in_one() and from programs that give every prompt the same answer, takes it apart: the code
/// is as many characters at the end as the person's codes have digits (of the first one enrolled; 6
/// where there is none), or a recovery code or bypass as it was shown, with its hyphens; the
/// password is the rest. What is nothing but a secret as it was shown stays whole: one for
/// emergencies stands for both. One way only, so that a guess is one guess.
[[nodiscard]] Result<void> take_apart(std::vector<GivenAnswer>& answers, std::string_view user,
                                      Store& store);

}  // namespace usher
