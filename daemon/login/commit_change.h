// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/login/hearing.h"

namespace usher {

/// Makes a change of somebody's credentials durable, all of it or nothing: on condition that they
/// have what they have proven, and nothing else, where they prove themselves. `done` is for the
/// audit log, `conflict` for the person too.
[[nodiscard]] VerdictResult commit_change(Hearing& hearing, std::vector<Effect> effects,
                                          std::string done, std::string conflict);

/// The same of a single effect.
[[nodiscard]] VerdictResult commit_change(Hearing& hearing, Effect effect, std::string done,
                                          std::string conflict);

}  // namespace usher
