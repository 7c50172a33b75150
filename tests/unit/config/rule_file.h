// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "daemon/config/rules.h"

namespace usher::testing {

/// The rules of a file that is alone: its sets are all there are.
inline std::vector<Rule> read_rule_file(config::Document& document) {
  config::Sets sets;
  config::read_sets(document, sets);
  std::vector<Rule> rules;
  config::read_rules(document, sets, rules);
  return rules;
}

}  // namespace usher::testing
