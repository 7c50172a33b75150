// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/config/rule_file.h"

namespace usher::testing {

/// The rules of a file that has nothing wrong with it.
inline std::vector<Rule> rules_of(std::string_view text) {
  config::Document document("50-example.toml", std::string(text));
  auto rules = read_rule_file(document);
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  return rules;
}

}  // namespace usher::testing
