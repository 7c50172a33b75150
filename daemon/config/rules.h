// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/sets.h"
#include "daemon/model/rule.h"

namespace usher::config {

/// Whether a rule may have such a key, in this version or a later one.
[[nodiscard]] bool is_rule_key(std::string_view name);

/// Appends the rules of one file to `rules`, those of the files before it. `sets` are those of all
/// files: a set may stand below the rule that uses it. What is wrong is
/// reported to `document`; the rules are then of no use but to compare names with.
void read_rules(Document& document, const Sets& sets, std::vector<Rule>& rules);

}  // namespace usher::config
