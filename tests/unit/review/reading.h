// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/written.h"
#include "daemon/review/review.h"
#include "tests/unit/config/rule_file.h"

namespace usher::testing {

/// What one rule file says, with the settings' defaults.
inline config::Reading reading_of(std::string text) {
  std::vector<config::Document> documents;
  documents.emplace_back("50-example.toml", std::move(text));
  config::Reading reading;
  reading.configuration.rules.rules = read_rule_file(documents.front());
  for (const Finding& finding : documents.front().findings()) ADD_FAILURE() << render(finding);
  reading.written = config::written_in(documents);
  return reading;
}

inline void expect_no_doubt(const std::string& rules) {
  const auto reading = reading_of(rules);
  EXPECT_FALSE(reading.written.rules.empty());
  for (const Finding& finding : review_rules(reading)) ADD_FAILURE() << render(finding);
}

}  // namespace usher::testing
