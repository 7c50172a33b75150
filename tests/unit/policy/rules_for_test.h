// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/policy/judge.h"

namespace usher::testing {

/// "local", an address or a network, as a rule file would give it.
inline std::vector<Origin> origins(const std::vector<std::string>& spellings) {
  std::vector<Origin> all;
  for (const std::string& spelling : spellings)
    all.push_back({.local = spelling == "local",
                   .network = parse_network(spelling).value_or(Network{}),
                   .spelling = spelling});
  return all;
}

inline RuleSet rule_set(std::vector<Rule> rules) {
  RuleSet set;
  set.rules = std::move(rules);
  return set;
}

/// A rule that wants a password from everybody.
inline Rule rule_named(std::string name) {
  return {.name = std::move(name), .require = {{.any_of = {Factor::password}}}};
}

inline std::shared_ptr<const TimeZone> utc() {
  return std::make_shared<TimeZone>(TimeZone{.name = "UTC", .periods = {{}}});
}

/// An entry of `hours`: its days as bits from Monday on, its times in minutes after midnight.
inline Hours hours_in_utc(std::string spelling, std::uint8_t days, std::int32_t begin,
                          std::int32_t end) {
  return {.days = days, .begin = begin, .end = end, .zone = utc(), .spelling = std::move(spelling)};
}

inline const Person kAlice{.name = "alice", .uid = 1000, .groups = {{"alice", 1000}, {"sudo", 27}}};

}  // namespace usher::testing
