// SPDX-License-Identifier: Apache-2.0
#include "daemon/review/doubts.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/config/text.h"

namespace usher::review {

Finding finding_at(Severity severity, const config::Place& place, std::string_view message,
                   std::string_view hint) {
  return {.at = place.at,
          .message = config::printable(message),
          .hint = config::printable(hint),
          .source_line = place.source_line,
          .severity = severity};
}

std::string rule_text(const Rule& rule) {
  return fmt::format("rule {} ({}:{})", config::ticked(rule.name), rule.at.file, rule.at.line);
}

const config::Place& key_place(const config::WrittenRule& rule, std::string_view key) {
  const auto found = rule.keys.find(key);
  return found == rule.keys.end() ? rule.place : found->second.key;
}

bool covers(const Origin& outer, const Origin& inner) {
  if (outer.local || inner.local) return outer.local && inner.local;
  return outer.network.contains(inner.network);
}

bool disjoint(const Origin& left, const Origin& right) {
  return !covers(left, right) && !covers(right, left);
}

bool all_covered(const std::vector<Origin>& inner, const std::vector<Origin>& outer) {
  return std::ranges::all_of(inner, [&](const Origin& each) {
    return std::ranges::any_of(outer, [&](const Origin& around) { return covers(around, each); });
  });
}

}  // namespace usher::review
