// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "daemon/login/hearing.h"

namespace usher {

/// Who chooses a password. What a person may not choose, an administrator is only warned of, as by
/// passwd(1).
enum class ChosenBy : std::uint8_t { person = 1, administrator };

/// Asks for a new Usher password of `user`, twice, and sets it; up to three times, each time with
/// what is wrong with the last one. Who asks has proven before that they may.
[[nodiscard]] Outcome choose_password(Hearing& hearing, const std::string& user, ChosenBy by);

// Operations of `manage`.

[[nodiscard]] Outcome set_password(Hearing& hearing, const std::string& user);
/// Has the person choose another password at their next login.
[[nodiscard]] Outcome expire_password(Hearing& hearing, const std::string& user);

}  // namespace usher
