// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace usher::testing {

/// What was written by pam_syslog(3), which this program defines anew, since the last clear_log().
struct LogLine {
  int priority;
  std::string text;
};
[[nodiscard]] std::vector<LogLine> logged();
void clear_log();

/// How many lines hold `part`.
[[nodiscard]] int logged_with(std::string_view part);

}  // namespace usher::testing
