// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/review.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "daemon/review/doubts.h"

namespace usher {
namespace {

std::vector<Finding> in_order(std::vector<Finding> findings) {
  std::ranges::sort(findings, {}, [](const Finding& finding) {
    return std::tie(finding.severity, finding.at.file, finding.at.line, finding.at.column,
                    finding.message);
  });
  return findings;
}

std::vector<Finding> doubts_about_rules(const config::Reading& reading) {
  std::vector<Finding> findings;
  review::find_unreachable(reading, findings);
  review::find_dead(reading, findings);
  review::find_sourceless(reading, findings);
  review::find_useless_reuse(reading, findings);
  return findings;
}

}  // namespace

std::vector<Finding> review_rules(const config::Reading& reading) {
  return in_order(doubts_about_rules(reading));
}

std::vector<Finding> review_rules(const config::Reading& reading, const Machine& machine) {
  std::vector<Finding> findings = doubts_about_rules(reading);
  review::find_missing_accounts(reading, machine, findings);
  review::compare_services(reading, machine, findings);
  review::compare_sshd(reading, machine, findings);
  return in_order(std::move(findings));
}

}  // namespace usher
