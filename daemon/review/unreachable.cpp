// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "daemon/config/lists.h"
#include "daemon/review/doubts.h"

namespace usher::review {
namespace {

using config::WrittenRule;
using Names = std::vector<std::string>;

/// What is compared here, and what says nothing about whom a rule is for.
constexpr std::array<std::string_view, 12> kUnderstood = {"name",   "service",  "user",    "group",
                                                          "from",   "not_from", "require", "deny",
                                                          "prompt", "reuse",    "account", "mode"};

/// Whether `wide` matches whatever `narrow` does; an empty list matches everything.
bool spans(const Names& wide, const Names& narrow) {
  if (wide.empty()) return true;
  return !narrow.empty() && std::ranges::all_of(narrow, [&](const std::string& name) {
    return config::contains(wide, name);
  });
}

/// A source that is no address is unknown to both rules, or to the later one alone: a rule that is
/// reached by it decides, and the earlier is reached first.
bool from_spans(const Rule& wide, const Rule& narrow) {
  return wide.from.empty() || (!narrow.from.empty() && all_covered(narrow.from, wide.from));
}

/// Whatever `wide` leaves out, `narrow` leaves out too, or never had.
bool not_from_spans(const Rule& wide, const Rule& narrow) {
  return std::ranges::all_of(wide.not_from, [&](const Origin& excluded) {
    const bool both = std::ranges::any_of(
        narrow.not_from, [&](const Origin& each) { return covers(each, excluded); });
    const bool never_had =
        !narrow.from.empty() && std::ranges::all_of(narrow.from, [&](const Origin& each) {
          return disjoint(each, excluded);
        });
    return both || never_had;
  });
}

/// Whether each rule has the keys that are not understood here as the other has them, or the
/// earlier has none.
bool rest_spans(const WrittenRule& wide, const WrittenRule& narrow) {
  const auto rest_of = [](const WrittenRule& rule) {
    std::vector<std::pair<std::string_view, std::string_view>> rest;
    for (const auto& [key, value] : rule.keys)
      if (!config::contains(kUnderstood, key)) rest.emplace_back(key, value.text);
    return rest;
  };
  const auto rest = rest_of(wide);
  return rest.empty() || rest == rest_of(narrow);
}

bool takes_all_of(const Rule& wide, const Rule& narrow) {
  return spans(wide.services, narrow.services) && spans(wide.users, narrow.users) &&
         spans(wide.groups, narrow.groups) && from_spans(wide, narrow) &&
         not_from_spans(wide, narrow);
}

/// A rule and how it is written.
struct RuleAt {
  const Rule& rule;
  const WrittenRule& written;
};

bool leaves_nothing_for(const RuleAt& narrow, const RuleAt& wide) {
  return takes_all_of(wide.rule, narrow.rule) && rest_spans(wide.written, narrow.written);
}

Finding unreachable(const RuleAt& later, const RuleAt& earlier) {
  const bool alike = leaves_nothing_for(earlier, later);
  return finding_at(
      Severity::warning, later.written.place,
      fmt::format("this rule is never reached: {} matches {}", rule_text(earlier.rule),
                  alike ? "the same" : "all that it does"),
      alike
          ? "the first rule that matches decides: make one rule of both"
          : "the first rule that matches decides: move this one above it, or take one of them out");
}

}  // namespace

void find_unreachable(const config::Reading& reading, Findings& findings) {
  const auto rule_at = [&](std::size_t index) {
    return RuleAt{.rule = reading.configuration.rules.rules[index],
                  .written = reading.written.rules[index]};
  };
  for (std::size_t later = 1; later < reading.written.rules.size(); ++later)
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!leaves_nothing_for(rule_at(later), rule_at(earlier))) continue;
      findings.push_back(unreachable(rule_at(later), rule_at(earlier)));
      break;
    }
}

}  // namespace usher::review
