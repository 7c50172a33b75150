// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/store/master_key.h"

namespace usher::ctl {

/// A key's id in 32 hex digits, which tell nothing of the key.
[[nodiscard]] std::string text_of(const KeyId& id);

}  // namespace usher::ctl
