// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ctl/output.h"
#include "daemon/store/backup.h"

namespace usher::ctl {

/// "3 passwords, 2 generators of codes and 16 recovery, bypass and break-glass codes".
[[nodiscard]] std::string text_of(const StoreContents& contents);

[[nodiscard]] Json json_of(const StoreContents& contents);

}  // namespace usher::ctl
