// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "daemon/audit/audit.h"
#include "daemon/model/result.h"

namespace usher {

/// The audit log as [audit] sets it: the file of that path, unless it is empty, and the journal
/// where wanted. An Error where neither is, or where one of them can't be opened.
[[nodiscard]] Result<std::unique_ptr<Audit>> open_audit(const std::string& file, bool journal);

}  // namespace usher
