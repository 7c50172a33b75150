// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/model/decision.h"
#include "daemon/model/network.h"
#include "daemon/model/person.h"
#include "daemon/model/proof.h"
#include "daemon/model/request.h"
#include "daemon/model/rule.h"

namespace usher {

/// What is known about a request when it is judged.
struct Facts {
  std::string_view service;
  Source source;
  /// The terminal or display, as PAM_TTY names it, empty where the program named none; unset where
  /// nobody who is believed says.
  std::optional<std::string_view> tty;
  /// When it is, in seconds since 1970 (UTC); unset where that is not known.
  std::optional<std::int64_t> now;
  /// False where the account could not be looked up: whose it is, no rule can know then.
  bool person_known = true;
  /// The account; null where there is none of that name. Such a request is judged like that of an
  /// account without groups which no rule names, and fails later, like any wrong answer.
  const Person* person = nullptr;
  /// Groups that rules name and that could not be found: whoever is not known to be in another
  /// group of such a rule may be in this one.
  std::span<const std::string> unresolved_groups;
  /// What was verified before. What sshd verified counts in self-verifying services alone, and what
  /// the caller's session holds where the rule lets it reuse that.
  std::span<const Proof> proven;
};

/// Whether a request from `source` is covered by one of `origins`; a source that is not known by
/// none.
[[nodiscard]] bool is_from(const std::vector<Origin>& origins, const Source& source);

/// Finds the first rule that matches and says what it still wants. Pure: no I/O, no clock; the same
/// arguments give the same decision. The decision points into `rules`. First match decides; no
/// match denies; a rule reached whose match is unknown denies.
[[nodiscard]] Decision judge(const RuleSet& rules, const Facts& facts);

/// The same decision, with each rule's part in it.
[[nodiscard]] Explanation explain(const RuleSet& rules, const Facts& facts);

}  // namespace usher
