// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/factor.h"
#include "daemon/model/proof.h"
#include "daemon/model/rule.h"

namespace usher {

/// What policy makes of a request. Starts as a denial.
struct Decision {
  enum class Kind : std::uint8_t {
    denied = 1,
    ask,        // `missing` must be proven
    satisfied,  // nothing is missing
    observed,   // `would` is what a rule that only observes makes of it; nothing comes of that
  };
  struct Satisfied {
    Requirement requirement;
    Proof by;
  };

  Kind kind = Kind::denied;
  /// Of an observed decision: denied, ask or satisfied.
  Kind would = Kind::denied;
  /// The rule that decided; none where no rule matched. Points into the RuleSet that was judged by.
  const Rule* rule = nullptr;
  std::vector<Satisfied> proven;
  std::vector<Requirement> missing;
  /// Why, in a sentence for the administrator.
  std::string reason;
};

[[nodiscard]] constexpr std::string_view name_of(Decision::Kind kind) noexcept {
  switch (kind) {
    case Decision::Kind::denied:
      return "denied";
    case Decision::Kind::ask:
      return "ask";
    case Decision::Kind::satisfied:
      return "satisfied";
    case Decision::Kind::observed:
      return "observed";
  }
  return "denied";
}

/// How one predicate or rule stood to a request.
enum class Match : std::uint8_t { no = 1, yes, unknown };

[[nodiscard]] constexpr std::string_view name_of(Match match) noexcept {
  switch (match) {
    case Match::no:
      return "no";
    case Match::yes:
      return "yes";
    case Match::unknown:
      return "unknown";
  }
  return "unknown";
}

/// One rule's part in an explanation.
struct RuleTrace {
  const Rule* rule = nullptr;
  Match match = Match::no;
  std::string why;  // the predicate that decided, in words
};

struct Explanation {
  std::vector<RuleTrace> traces;  // in order, up to and including the rule that decided
  Decision decision;
};

}  // namespace usher
