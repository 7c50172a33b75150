// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/hours_index.h"

#include <optional>
#include <string_view>
#include <unordered_map>

namespace usher::policy {

HoursIndex::HoursIndex(const std::vector<Rule>& rules) : without_(words_for_rules(rules.size())) {
  // Rules that name one zone have a table of it each; the name tells them apart well enough to look
  // for an equal one.
  std::unordered_map<std::string_view, std::vector<std::size_t>> named;
  const auto place_of_zone = [&](const TimeZone& zone) {
    for (const std::size_t known : named[zone.name])
      if (zones_[known]->periods == zone.periods) return known;
    named[zone.name].push_back(zones_.size());
    zones_.push_back(&zone);
    return zones_.size() - 1;
  };
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    if (rules[rule].hours.empty()) add(without_, rule);
    for (const Hours& hours : rules[rule].hours)
      windows_.push_back(
          {.rule = static_cast<RuleId>(rule), .zone = place_of_zone(*hours.zone), .hours = &hours});
  }
}

void HoursIndex::add_inside(std::int64_t now, ConstBits candidates, Bits inside,
                            Bits unclear) const {
  std::vector<std::optional<LocalTime>> clocks;
  clocks.reserve(zones_.size());
  for (const TimeZone* zone : zones_) clocks.push_back(plain_local_time(now, *zone));
  for (const Window& window : windows_) {
    if (!has(candidates, window.rule)) continue;
    const auto& clock = clocks[window.zone];
    if (!clock)
      add(unclear, window.rule);
    else if (window.hours->contains(*clock))
      add(inside, window.rule);
  }
}

}  // namespace usher::policy
