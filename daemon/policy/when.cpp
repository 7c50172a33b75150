// SPDX-License-Identifier: Apache-2.0
// The predicate on when: hours.
#include "daemon/policy/predicate_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace usher::policy {
namespace {

/// Of hours that nobody knows yet, one reading says so and the other not.
bool any_contains(const Rule& rule, std::int64_t now, ClockChange reading) {
  return std::ranges::any_of(rule.hours, [&](const Hours& each) {
    return now < each.zone->known_until ? each.contains(now, reading)
                                        : reading == ClockChange::later;
  });
}

/// Unknown where nobody knows what the clocks show, or where it hangs on how a changed clock is
/// read, so that neither what the rule gives nor what the rules below it give can be had by that.
Match match_hours(const Rule& rule, const Facts& facts) {
  if (rule.hours.empty()) return Match::yes;
  if (!facts.now) return Match::unknown;
  const bool inside = any_contains(rule, *facts.now, ClockChange::earlier);
  if (inside != any_contains(rule, *facts.now, ClockChange::later)) return Match::unknown;
  return inside ? Match::yes : Match::no;
}

std::string words_for_hours(const Rule& rule, const Facts& facts) {
  if (rule.hours.empty()) return {};
  if (!facts.now) return "the time is not known";
  const std::string now = local_text(*facts.now, *rule.hours.front().zone);
  std::vector<std::string_view> spellings;
  spellings.reserve(rule.hours.size());
  for (const Hours& hours : rule.hours) spellings.push_back(hours.spelling);
  const std::string hours = fmt::format("{}", fmt::join(spellings, ", "));
  switch (match_hours(rule, facts)) {
    case Match::yes:
      return fmt::format("it is {}, within {}", now, hours);
    case Match::no:
      return fmt::format("it is {}, not within {}", now, hours);
    case Match::unknown:
      break;
  }
  return fmt::format("it is {}, and the clocks leave open whether that is within {}", now, hours);
}

}  // namespace

const Predicate kHours{match_hours, words_for_hours};

}  // namespace usher::policy
