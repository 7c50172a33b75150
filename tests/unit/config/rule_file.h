// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
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

/// The rules of a file that has nothing wrong with it.
inline std::vector<Rule> rules_of(std::string_view text) {
  config::Document document("50-example.toml", std::string(text));
  auto rules = read_rule_file(document);
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  return rules;
}

}  // namespace usher::testing
