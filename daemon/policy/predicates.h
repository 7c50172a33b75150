// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/model/decision.h"
#include "daemon/policy/judge.h"

namespace usher::policy {

/// A list a rule may have. It says `yes` where the rule has none.
struct Predicate {
  Match (*match)(const Rule& rule, const Facts& facts);
  /// Why it matched as it did, in words; empty where the rule has no such list.
  std::string (*words)(const Rule& rule, const Facts& facts);
};

/// How a rule stands to a request: `yes` where all its predicates say so, `no` where one does, else
/// `unknown`.
struct Standing {
  Match match = Match::no;
  /// The predicate that kept it from `yes`; null where there is none.
  const Predicate* decided_by = nullptr;
};

[[nodiscard]] Standing standing_of(const Rule& rule, const Facts& facts);

/// The reason for a standing, in words.
[[nodiscard]] std::string words_for(const Standing& standing, const Rule& rule, const Facts& facts);

}  // namespace usher::policy
