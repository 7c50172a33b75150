// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/model/judged.h"
#include "daemon/policy/judge.h"

namespace usher {

/// What a recorded request was judged by. Points into `recorded`.
[[nodiscard]] Facts facts_of(const RecordedRequest& recorded);

}  // namespace usher
