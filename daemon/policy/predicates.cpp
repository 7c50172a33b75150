// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/predicates.h"

#include "daemon/policy/predicate_list.h"

namespace usher::policy {

Standing standing_of(const Rule& rule, const Facts& facts) {
  Standing standing{.match = Match::yes, .decided_by = nullptr};
  for (const Predicate* predicate : kPredicates) {
    const Match match = predicate->match(rule, facts);
    if (match == Match::no) return {.match = Match::no, .decided_by = predicate};
    if (match == Match::unknown && standing.match == Match::yes)
      standing = {.match = Match::unknown, .decided_by = predicate};
  }
  return standing;
}

std::string words_for(const Standing& standing, const Rule& rule, const Facts& facts) {
  if (standing.decided_by != nullptr) return standing.decided_by->words(rule, facts);
  std::string all;
  for (const Predicate* predicate : kPredicates) {
    const std::string words = predicate->words(rule, facts);
    if (words.empty()) continue;
    if (!all.empty()) all += "; ";
    all += words;
  }
  return all.empty() ? "it is for every request" : all;
}

}  // namespace usher::policy
